"""Tells of our own mistakes in a form that can be pasted into a bug report."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING, __version__
from repro_lint.commands import output
from repro_lint.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repro_lint.findings import Crash


def tell_crash(problem: BaseException, arguments: Sequence[str]) -> ExitCode:
    """Print what broke a whole run."""
    import traceback  # noqa: PLC0415

    lines = traceback.format_exception(type(problem), problem, problem.__traceback__)
    _write("the run could not be finished", " ".join(arguments), [("", "".join(lines))])
    return ExitCode.INTERNAL_ERROR


def tell_crashes(crashes: Sequence[Crash]) -> None:
    """Print what broke single rules; rules that broke alike share one traceback."""
    rules: dict[str, list[str]] = {}
    for crash in crashes:
        rules.setdefault(crash.traceback, []).append(crash.rule)
    parts = [(", ".join(names), text) for text, names in rules.items()]
    _write("some rules broke; the other results stand", "", parts)


def _write(title: str, command: str, parts: Sequence[tuple[str, str]]) -> None:
    import platform  # noqa: PLC0415

    head = [
        f"repro-lint made a mistake: {title}",
        "please report it with the lines below",
        "",
        f"    repro-lint {__version__}",
        f"    Python {platform.python_version()} ({platform.python_implementation()})",
        f"    {platform.system()} {platform.machine()}",
    ]
    if command:
        head.append(f"    arguments: {command}")
    body = [f"\n{names}\n{text}" if names else f"\n{text}" for names, text in parts]
    output.tell("\n".join([*head, *body]).rstrip("\n") + "\n")
