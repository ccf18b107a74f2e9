"""Output of log records: none, unless the program or ``Configuration.debug`` turns it on."""

import logging

import six

from .._common.redaction import scrub

#: The loggers that ``Configuration.debug`` turns on: this package's and urllib3's.
LOGGERS = {
    'package_logger': logging.getLogger('cloudsmith_api'),
    'urllib3_logger': logging.getLogger('urllib3'),
}

LOGGERS['package_logger'].addHandler(logging.NullHandler())

# The levels that the loggers had before debug was turned on, by name.
_previous_levels = {}


class _RedactingFormatter(logging.Formatter):
    """Masks the secrets in what urllib3 logs; the records of this package never contain any."""

    def format(self, record):
        # Records may be bytes on Python 2, which a file with an encoding does not accept.
        return scrub(six.ensure_text(super(_RedactingFormatter, self).format(record), errors='replace'))


class _LazyFileHandler(logging.FileHandler):
    """Opens its file at the first record; if that fails, the record is lost, and the call continues."""

    def emit(self, record):
        try:
            super(_LazyFileHandler, self).emit(record)
        except EnvironmentError:
            self.handleError(record)


def add_handler(path, template):
    """Write the records of both loggers to a file or to standard error.

    The handler replaces the one added before: the loggers are shared by all configurations of the process, and each
    record must be written only once.

    :param str path: the file, opened at the first record; ``None`` for standard error.
    :param str template: the format of a record, see :class:`logging.Formatter`.
    """
    remove_handler()
    handler = _LazyFileHandler(path, encoding='utf-8', delay=True) if path else logging.StreamHandler()
    handler.setFormatter(_RedactingFormatter(template))
    for logger in LOGGERS.values():
        logger.addHandler(handler)
    # By default, logging.config disables each logger that it does not name.
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition('.')[0] in ('cloudsmith_api', 'urllib3'):
            logger.disabled = False


def remove_handler():
    """Remove the handler that :func:`add_handler` added, and close its file."""
    for logger in LOGGERS.values():
        for handler in list(logger.handlers):
            if isinstance(handler.formatter, _RedactingFormatter):
                logger.removeHandler(handler)
                handler.close()


def set_debug_level(verbose):
    """Log records of all levels, or go back to the level of the program's own logging configuration.

    :param bool verbose: whether to log all levels.
    """
    for logger in LOGGERS.values():
        if verbose:
            _previous_levels.setdefault(logger.name, logger.level)
            logger.setLevel(logging.DEBUG)
        elif logger.name in _previous_levels:
            logger.setLevel(_previous_levels.pop(logger.name))
