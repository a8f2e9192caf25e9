"""Keeps addresses out of the log: of a path only its first word stays, as the address of a slip is all one needs to read it."""

import logging
import re

FIRST_WORD = re.compile(r"(/api/v1/[a-z-]*|/[a-z-]*).*", re.DOTALL)


class FirstWordOnly(logging.Filter):
    """Shortens the paths that Django writes beside a fault (`Service Unavailable: /slips/…`)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(FIRST_WORD.sub(r"\1", one) if isinstance(one, str) else one for one in record.args)
        return True
