"""List every rule."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.commands import output
from repro_lint.commands.arguments import add_color, choice
from repro_lint.errors import ExitCode
from repro_lint.reporters.layout import Line, line, plain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

FORMATS = ("text", "json", "markdown")

Row = dict[str, object]


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--output-format",
        metavar="|".join(FORMATS),
        type=choice("--output-format", FORMATS),
        default="text",
    )
    add_color(parser)


def run(arguments: Namespace) -> ExitCode:
    """List the rules in the form asked for."""
    rows = _rows()
    if arguments.output_format == "json":
        import json  # noqa: PLC0415

        output.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif arguments.output_format == "markdown":
        output.write(_markdown(rows))
    elif output.wants_color(arguments.color):
        from repro_lint.reporters.terminal import coloured  # noqa: PLC0415

        output.write(coloured(_table(rows), output.width()))
    else:
        output.write(plain(_table(rows)))
    return ExitCode.CLEAN


def _rows() -> list[Row]:
    from repro_lint.cards import read  # noqa: PLC0415
    from repro_lint.rules import ALL  # noqa: PLC0415

    return [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "preview": rule.preview,
            "whole_repository": rule.whole_repository,
            "summary": read(rule.code).summary,
            "remedy": rule.remedy,
        }
        for rule in ALL
    ]


def _table(rows: list[Row]) -> Iterator[Line]:
    """Two lines for each rule: its facts, and what it flags."""
    from repro_lint.reporters.layout import BLANK, Segment, paragraph  # noqa: PLC0415

    width = output.width()
    longest = max((len(str(row["name"])) for row in rows), default=0)
    for row in rows:
        severity = str(row["severity"])
        preview = "  preview" if row["preview"] else ""
        yield line(
            (str(row["code"]), "code"),
            f"  {row['name']:{longest}}  ",
            (f"{severity:8}", severity),
            (f"  {row['confidence']} confidence{preview}", "dim"),
        )
        yield from paragraph([Segment(" " * 8)], str(row["summary"]), 8, width)
    yield BLANK
    yield line(f"{len(rows)} rules; `repro-lint explain CODE` prints the card of one")


def _markdown(rows: list[Row]) -> str:
    head = "| code | name | severity | confidence | flags |\n|---|---|---|---|---|\n"
    return head + "".join(map(_markdown_row, rows))


def _markdown_row(row: Row) -> str:
    summary = str(row["summary"]).replace("|", "\\|")
    preview = " (preview)" if row["preview"] else ""
    cells = (row["code"], row["name"], row["severity"], f"{row['confidence']}{preview}", summary)
    return f"| {' | '.join(map(str, cells))} |\n"
