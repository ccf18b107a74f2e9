"""What a person may come to see: one line that can be printed, and no secret."""

import logging

import six

# Unicode's Bidi_Control (Standard Annex 9): a terminal that obeys them shows another text than the one that is there.
_TURNING = u'\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
_UNPRINTABLE = frozenset([six.unichr(code) for code in list(range(32)) + list(range(127, 160))] + list(_TURNING))

# Reason, detail, place and hint of an error have 500 characters at most.
_LONGEST = 4 * 500 + 100


class Log(logging.Handler):
    """Keeps all that this package and urllib3 log, at any level."""

    def __init__(self):
        super(Log, self).__init__()
        self.lines = []
        self._loggers = [(logging.getLogger(name), logging.getLogger(name).level)
                         for name in ('cloudsmith_api', 'urllib3')]
        for logger, _ in self._loggers:
            logger.setLevel(logging.DEBUG)
            logger.addHandler(self)

    def emit(self, record):
        self.lines.append(self.format(record))

    def close(self):
        for logger, level in self._loggers:
            logger.setLevel(level)
            logger.removeHandler(self)
        super(Log, self).close()


def check_error(error, secrets):
    """Check that an error is one printable line, and shows no secret, nor does any error behind it."""
    line = six.ensure_text(str(error))
    assert line
    assert len(line) <= _LONGEST, len(line)
    assert line.splitlines() == [line], line
    assert not _UNPRINTABLE.intersection(line), line
    line.encode('utf-8')
    check_secrets(line, secrets)
    # repr() of this package's own errors is made of str().
    error = _behind(error)
    while error is not None:
        check_secrets('%s %r' % (error, error), secrets)
        error = _behind(error)


def _behind(error):
    return getattr(error, '__cause__', None) or getattr(error, '__context__', None)


def check_secrets(text, secrets):
    """Check that a text shows no secret."""
    text = six.ensure_text(text, 'utf-8', 'replace')
    for secret in secrets:
        assert secret not in text, text
