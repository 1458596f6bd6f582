"""Bound what Reflex logs in the words of a client: errors of its page, arguments of a wrong type.

It writes some of them in full, and as often as a client likes.
"""

from __future__ import annotations

import logging

from reflex_adapter._reflex import LOGGERS
from reflex_adapter.conf import configuration
from reflex_adapter.violations import PerMinute

LONGEST = 2000  # characters of a message: the stack of a page's error says enough in these


class ClientsWords(logging.Filter):
    """Shortens messages, and leaves out what is too much for a minute.

    What comes with a traceback is the server's own error, and stays.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines = PerMinute()

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if len(message) > LONGEST:
            record.msg, record.args = f"{message[:LONGEST]} ... (shortened)", ()
        return bool(record.exc_info) or self._may_pass(record)

    def _may_pass(self, record: logging.LogRecord) -> bool:
        left_out = self._lines.left_out(configuration().socket.max_log_lines)
        if left_out:
            record.msg, record.args = f"({left_out} were not logged) {record.getMessage()}", ()
        return left_out is not None


filter_of_process = ClientsWords()


def bound_logs() -> None:
    """Have Reflex's loggers keep the bounds, once however often it is called."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(filter_of_process)
