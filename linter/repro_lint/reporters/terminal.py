"""Laid-out lines in colour, through rich."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.reporters.layout import Line

STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
    "path": "bold underline",
    "code": "bold",
    "bold": "bold",
    "dim": "dim",
    "tick": "dim",
    "quoted": "cyan",
    "source": "",
    "good": "green",
    "fair": "yellow",
    "poor": "red",
    "good-number": "bold green",
    "fair-number": "bold yellow",
    "poor-number": "bold red",
}


def coloured(lines: Iterable[Line], width: int) -> str:
    """The lines with the codes that a terminal turns into colour."""
    from io import StringIO  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    out = StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", no_color=False, width=width
    )
    for one in lines:
        text = Text.assemble(*((part.text, STYLES.get(part.style, "")) for part in one))
        console.print(text, soft_wrap=True, highlight=False)
    return out.getvalue()


def markdown(text: str, width: int) -> str:
    """A Markdown page as a terminal shows it."""
    from io import StringIO  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    out = StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", no_color=False, width=width
    )
    console.print(Markdown(text))
    return out.getvalue()
