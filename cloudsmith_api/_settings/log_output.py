"""Where this package's log records go: nowhere, unless the program or ``Configuration.debug`` says otherwise."""

import logging

from .._common.redaction import scrub

#: The loggers that ``Configuration.debug`` turns on: ours, and that of the HTTP library below us.
LOGGERS = {
    'package_logger': logging.getLogger('cloudsmith_api'),
    'urllib3_logger': logging.getLogger('urllib3'),
}

LOGGERS['package_logger'].addHandler(logging.NullHandler())


class _RedactingFormatter(logging.Formatter):
    """Frees what urllib3 logs of secrets too; our own records never hold any."""

    def format(self, record):
        return scrub(super(_RedactingFormatter, self).format(record))


class _LazyFileHandler(logging.FileHandler):
    """Opens its file with the first record; where that fails, the record is lost and not the call."""

    def emit(self, record):
        try:
            super(_LazyFileHandler, self).emit(record)
        except EnvironmentError:
            self.handleError(record)


class Output(object):
    """The one handler of this package, and what it writes to.

    There is one for the process, as there is one set of loggers: however often and on however many configurations
    ``debug`` is set, each record is written once.
    """

    def __init__(self):
        self._handler = None

    def write_to(self, path, template):
        """Send the records to a file, or to the standard error stream.

        :param str path: the file, which is opened with the first record; ``None`` for standard error.
        :param str template: how a record is laid out, see :class:`logging.Formatter`.
        """
        self.stop()
        self._handler = _LazyFileHandler(path, delay=True) if path else logging.StreamHandler()
        self._handler.setFormatter(_RedactingFormatter(template))
        for logger in LOGGERS.values():
            logger.addHandler(self._handler)

    def stop(self):
        """Take the handler away again, and close its file."""
        if self._handler is None:
            return
        for logger in LOGGERS.values():
            logger.removeHandler(self._handler)
        self._handler.close()
        self._handler = None


OUTPUT = Output()


def set_debug_level(verbose):
    """Let both loggers pass all records, or those that the program lets pass by its own settings.

    :param bool verbose: whether to pass all.
    """
    for logger in LOGGERS.values():
        logger.setLevel(logging.DEBUG if verbose else logging.NOTSET)
