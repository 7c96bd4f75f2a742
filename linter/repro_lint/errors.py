"""How a run ends: exit codes, and the mistakes that are the user's to mend."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell is told."""

    CLEAN = 0
    FINDINGS = 1
    USER_ERROR = 2
    INTERNAL_ERROR = 3
    INTERRUPTED = 130


class UserError(Exception):
    """A mistake that the user can mend: one line, and a hint how."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint apart, so that each gets a line of its own."""
        super().__init__(message)
        self.message = message
        self.hint = hint
