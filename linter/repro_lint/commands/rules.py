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
# The families in the order of the way of a run: what it draws, stands on, reads, and leaves behind.
FAMILIES = {
    "RNG": "random numbers",
    "SKL": "scikit-learn and pandas",
    "DTL": "loading of data",
    "PAR": "processes and threads",
    "DET": "deterministic algorithms",
    "ORD": "order",
    "ENV": "machine and environment variables",
    "DEP": "dependencies",
    "CTR": "containers",
    "DAT": "data and models",
    "LLM": "language models",
    "CKP": "checkpoints",
    "TRK": "tracking of runs",
    "NBK": "notebooks",
    "STR": "structure and documents",
    "TST": "tests and continuous integration",
}

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
    rows = rows_of_all()
    if arguments.output_format == "json":
        import json  # noqa: PLC0415

        output.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif arguments.output_format == "markdown":
        output.write(by_family(rows))
    elif output.wants_color(arguments.color):
        from repro_lint.reporters.terminal import coloured  # noqa: PLC0415

        output.write(coloured(_table(rows), output.width()))
    else:
        output.write(plain(_table(rows)))
    return ExitCode.CLEAN


def rows_of_all() -> list[Row]:
    """The facts of every rule, sorted by code."""
    from repro_lint.cards import read  # noqa: PLC0415
    from repro_lint.fixes import FIXABLE  # noqa: PLC0415
    from repro_lint.rules import ALL  # noqa: PLC0415

    return [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "preview": rule.preview,
            "fixable": rule.code in FIXABLE,
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


def by_family(rows: list[Row], folder: str = "") -> str:
    """A Markdown table for each family; codes link to the cards in a folder where one is named."""
    return "\n".join(_family(family, title, rows, folder) for family, title in FAMILIES.items())


def _family(family: str, title: str, rows: list[Row], folder: str) -> str:
    head = f"## {family}: {title}\n\n| code | name | flags | severity | confidence | fix |\n"
    mine = [row for row in rows if str(row["code"]).startswith(family)]
    return f"{head}|---|---|---|---|---|---|\n" + "".join(_cells(row, folder) for row in mine)


def _cells(row: Row, folder: str) -> str:
    code = f"[{row['code']}]({folder}/{row['code']}-{row['name']}.md)" if folder else row["code"]
    flags = str(row["summary"]).removeprefix("Flags ").replace("|", "\\|")
    name = f"{row['name']} (preview)" if row["preview"] else row["name"]
    fix = "yes" if row["fixable"] else ""
    cells = (code, name, flags, row["severity"], row["confidence"], fix)
    return f"| {' | '.join(map(str, cells))} |\n"
