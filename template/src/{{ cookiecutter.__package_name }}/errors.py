"""The one exception that a person can cause."""


class UserError(Exception):
    """A mistake in an option, a setting or a file, with a hint at what to do."""

    def __init__(self, message: str, hint: str) -> None:
        """Keep both lines."""
        super().__init__(message)
        self.hint = hint
