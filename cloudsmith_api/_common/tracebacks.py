"""Leave this package's frames out of tracebacks, since their variables contain credentials, and out of warnings."""

import functools
import sys
import warnings

import six

# This package, and those that it passes requests and credentials to.
_HIDDEN = frozenset(['cloudsmith_api', 'http', 'httplib', 'six', 'socket', 'socks', 'ssl', 'urllib3'])


def hide_locals(function):
    """Make a function raise exceptions without this package's frames in their tracebacks.

    Tools that report exceptions, such as Sentry, rich or ``pytest -l``, show the local variables of each frame: the
    headers, bodies and settings of a call. The frames of the program's own hooks and transports stay, and so do all
    frames below those.

    :param function: a function that programs call.
    :rtype: function
    """
    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            traceback = _skip_hidden_frames(sys.exc_info()[2])
            _hide_frames_of_causes(error)
            del args, kwargs
            six.reraise(type(error), error, traceback)
    return call


def warn(message, category):
    """Issue a warning, attributed to the program's line that called this package.

    :param str message: the text.
    :param type category: the class of the warning.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _package_of(frame) == 'cloudsmith_api':
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _hide_frames_of_causes(error):
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error = getattr(error, '__cause__', None) or getattr(error, '__context__', None)
        traceback = getattr(error, '__traceback__', None)
        if traceback is None:
            continue
        if not _is_hidden(traceback):
            # The program has caught this exception: it belongs to the program, and so do its causes.
            return
        shown = _skip_hidden_frames(traceback)
        # A program may have wrapped urllib3's functions: if the error comes from below its wrappers, hide all frames.
        error.__traceback__ = None if shown is None or _is_hidden(_last_entry(shown)) else shown


def _skip_hidden_frames(traceback):
    while traceback is not None and _is_hidden(traceback):
        traceback = traceback.tb_next
    return traceback


def _last_entry(traceback):
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback


def _is_hidden(traceback):
    return _package_of(traceback.tb_frame) in _HIDDEN


def _package_of(frame):
    # Code that a program runs with exec() may have no __name__.
    return (frame.f_globals.get('__name__') or '').partition('.')[0]
