"""Checks of everything a user may see, such as messages and log records: one printable line, without any secret."""

import logging

import six

# Unicode's Bidi_Control property (Standard Annex 9): they reorder the text that a terminal shows.
_BIDI_CONTROLS = u'\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
_UNPRINTABLE = frozenset(
    [six.unichr(code) for code in list(range(32)) + list(range(127, 160))] + list(_BIDI_CONTROLS))

# Reason, detail, location and hint of an error have at most 500 characters each.
_MAX_LENGTH = 4 * 500 + 100


class LogRecorder(logging.Handler):
    """Keep the text of every record that this package and urllib3 log, at any level."""

    def __init__(self):
        super(LogRecorder, self).__init__()
        self.lines = []
        self._loggers = [(logging.getLogger(name), logging.getLogger(name).level)
                         for name in ('cloudsmith_api', 'urllib3')]
        for logger, _ in self._loggers:
            logger.addHandler(self)

    def start(self):
        """Forget earlier records, and record all levels from now on; a test restores the levels when it ends."""
        del self.lines[:]
        for logger, _ in self._loggers:
            logger.setLevel(logging.DEBUG)

    def emit(self, record):
        self.lines.append(self.format(record))

    def close(self):
        for logger, level in self._loggers:
            logger.setLevel(level)
            logger.removeHandler(self)
        super(LogRecorder, self).close()


def check_error(error, secrets):
    """Check that an error is one printable line, and that neither it nor its causes show a secret."""
    line = six.ensure_text(str(error))
    assert line
    assert len(line) <= _MAX_LENGTH, len(line)
    assert line.splitlines() == [line], line
    assert not _UNPRINTABLE.intersection(line), line
    line.encode('utf-8')
    check_secrets(line, secrets)
    # The package's own errors build repr() from str(), so only those of the causes are left to check.
    error = _cause(error)
    while error is not None:
        check_secrets('%s %r' % (error, error), secrets)
        error = _cause(error)


def _cause(error):
    return getattr(error, '__cause__', None) or getattr(error, '__context__', None)


def check_secrets(text, secrets):
    """Check that a text contains no secret."""
    text = six.ensure_text(text, 'utf-8', 'replace')
    for secret in secrets:
        assert secret not in text, text
