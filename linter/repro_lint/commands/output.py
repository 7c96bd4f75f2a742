"""Writes what a command has to say: to the terminal as it can show it, or whole into a file."""

from __future__ import annotations

import os
import sys

from repro_lint import TYPE_CHECKING
from repro_lint.errors import UserError

if TYPE_CHECKING:
    from typing import TextIO

_NARROWEST, _WIDEST = 50, 120
# What a terminal without Unicode shows in place of our few signs.
_ASCII = str.maketrans({"│": "|", "→": ">", "█": "#", "░": ".", "─": "-", "…": "~", "�": "?"})


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person sees the stream; a process may be started without one."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_color(choice: str) -> bool:
    """Tell whether to colour: the flag decides, then the two agreed variables, then the stream."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(sys.stdout)


def width() -> int:
    """The width to write for: that of the terminal, else 80."""
    if not is_terminal(sys.stdout):
        return 80
    import shutil  # noqa: PLC0415

    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


def write(text: str) -> None:
    """Write to standard output; a reader that has left, or never was, is no mistake."""
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII)
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
    except OSError as problem:
        _forget_output()
        reason = (problem.strerror or "unknown reason").lower()
        message = f"cannot write to standard output: {reason}"
        raise UserError(message, "send it elsewhere") from problem


def _forget_output() -> None:
    """The interpreter flushes once more at exit; let that go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(text: str) -> None:
    """Write to standard error, where there is one."""
    if sys.stderr is not None:
        sys.stderr.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def check_target(path: str) -> None:
    """Refuse a file that could not be written, before the work is done."""
    folder = os.path.dirname(path) or "."  # noqa: PTH120  pathlib costs 3 ms of start-up
    if not os.path.isdir(folder):  # noqa: PTH112
        raise UserError(f"no folder `{folder}` to write `{path}` into", "make the folder first")
    if os.path.isdir(path):  # noqa: PTH112
        raise UserError(f"`{path}` is a folder", "name a file after `-o`")


def write_file(path: str, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    import tempfile  # noqa: PLC0415

    folder, name = os.path.split(path)
    data = text.encode("utf-8", "backslashreplace")
    draft = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=folder or ".", prefix=f".{name}.", delete=False
        ) as file:
            draft = file.name
            file.write(data)
        os.chmod(draft, 0o666 & ~_umask())  # noqa: PTH101
        os.replace(draft, path)  # noqa: PTH105
    except OSError as problem:
        reason = (problem.strerror or "unknown reason").lower()
        raise UserError(f"cannot write `{path}`: {reason}", "name another file") from problem
    finally:
        if draft and os.path.exists(draft):  # noqa: PTH110
            os.unlink(draft)  # noqa: PTH108


def _umask() -> int:
    """The bits that new files go without; there is no way to read but to set."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
