"""Tracebacks without the frames of this package, whose variables contain credentials."""

import traceback

import pytest
import six

from cloudsmith_api._common.tracebacks import hide_locals

FRAMES = u"""
def call(function):
    function()

def call_and_wrap(function):
    try:
        function()
    except Exception as error:
        six.raise_from(ValueError('wrapped'), error)

def call_and_replace(function):
    try:
        function()
    except Exception:
        raise ValueError('replaced')

def fail():
    raise KeyError('missing')
"""


def functions_of(module):
    """Return functions that look like those of a module of that name."""
    functions = {'__name__': module, 'six': six}
    # Without the angle brackets, coverage would look for a file of that name.
    six.exec_(compile(FRAMES, '<%s>' % module, 'exec'), functions)
    return functions


OURS = functions_of('cloudsmith_api.rest')
URLLIB3 = functions_of('urllib3')
PROGRAM = functions_of('program')
SIMILAR = functions_of('cloudsmith_api_program')


def modules_in(frames):
    """Return the names of the modules in a traceback, without those of the test and of the code under test."""
    names = [entry[0].strip('<>') for entry in traceback.extract_tb(frames)]
    return [name for name in names if name in ('cloudsmith_api.rest', 'cloudsmith_api_program', 'program', 'urllib3')]


def error_of(function, *arguments):
    """Return the exception of a wrapped function, and the modules in its traceback."""
    with pytest.raises(Exception) as raised:
        hide_locals(function)(*arguments)
    return raised.value, modules_in(raised.tb)


def test_frames_of_this_package_are_left_out_up_to_the_program():
    assert error_of(OURS['call'], URLLIB3['fail'])[1] == []
    assert error_of(OURS['call'], PROGRAM['fail'])[1] == ['program']
    assert error_of(OURS['call'], SIMILAR['fail'])[1] == ['cloudsmith_api_program']
    assert error_of(OURS['call'], lambda: PROGRAM['call'](URLLIB3['fail']))[1] == ['program', 'urllib3']


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
@pytest.mark.parametrize('wrap', ['call_and_wrap', 'call_and_replace'])
def test_frames_of_this_package_are_left_out_of_each_cause(wrap):
    error, _ = error_of(OURS[wrap], lambda: OURS[wrap](URLLIB3['fail']))
    first = error.__context__
    assert [type(first), type(first.__context__)] == [ValueError, KeyError]
    assert modules_in(first.__context__.__traceback__) == []


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
def test_frames_of_the_program_stay_in_a_cause():
    error, _ = error_of(OURS['call'], lambda: PROGRAM['call_and_wrap'](URLLIB3['fail']))
    assert modules_in(error.__cause__.__traceback__) == ['program', 'urllib3']


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
def test_frames_between_wrappers_around_urllib3_are_left_out_of_a_cause():
    error, _ = error_of(OURS['call_and_wrap'], lambda: URLLIB3['call'](lambda: PROGRAM['call'](URLLIB3['fail'])))
    assert modules_in(error.__cause__.__traceback__) == []


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
def test_exception_that_the_program_handles_is_unchanged():
    with pytest.raises(ValueError) as handled:
        PROGRAM['call'](lambda: URLLIB3['call_and_replace'](URLLIB3['fail']))
    before = [modules_in(error.__traceback__) for error in (handled.value, handled.value.__context__)]
    assert before == [['program', 'urllib3'], ['urllib3', 'urllib3']]

    def call_in_handler():
        try:
            raise handled.value
        except ValueError:
            hide_locals(OURS['call'])(URLLIB3['fail'])

    with pytest.raises(KeyError):
        PROGRAM['call'](call_in_handler)
    assert modules_in(handled.value.__context__.__traceback__) == before[1]


def test_frame_of_the_wrapper_shows_no_argument():
    with pytest.raises(KeyError) as raised:
        hide_locals(lambda *args, **kwargs: PROGRAM['fail']())('first', other='second')
    wrapper = raised.tb.tb_next.tb_frame
    assert wrapper.f_code.co_name == 'call'
    assert not {'args', 'kwargs'}.intersection(wrapper.f_locals)


def test_cause_that_leads_back_to_the_exception_is_followed_once():
    def fail():
        error = KeyError('once')
        error.__cause__ = ValueError('second')
        error.__cause__.__cause__ = error
        raise error

    assert isinstance(error_of(fail)[0], KeyError)


def test_wrapped_function_gets_its_arguments_and_keeps_its_name():
    def function(*args, **kwargs):
        return args, kwargs

    wrapped = hide_locals(function)
    assert wrapped(2, other=3) == ((2,), {'other': 3})
    assert wrapped.__name__ == 'function'
