"""Write the score as a badge."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint import config as configuration
from repro_lint.commands import output
from repro_lint.commands.arguments import choice
from repro_lint.errors import ExitCode, UserError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

FORMATS = ("svg", "shields")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="folder (default: .)")
    parser.add_argument(
        "--output-format",
        metavar="|".join(FORMATS),
        type=choice("--output-format", FORMATS),
        default="svg",
        help="a picture, or the JSON of an endpoint of shields.io",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the badge to a file")


def run(arguments: Namespace) -> ExitCode:
    """Judge a repository and draw its badge."""
    from repro_lint.engine import analyse  # noqa: PLC0415
    from repro_lint.reporters import badge  # noqa: PLC0415
    from repro_lint.repository.files import Repository  # noqa: PLC0415

    if arguments.output:
        output.check_target(arguments.output)
    config = configuration.load(arguments.path, {})
    repository = Repository.from_folder(
        arguments.path, max_bytes=config.max_file_bytes, exclude=config.exclude
    )
    report = analyse(repository, config)
    if report.crashes:
        from repro_lint.commands.crash import tell_crashes  # noqa: PLC0415

        tell_crashes(report.crashes)
        return ExitCode.INTERNAL_ERROR
    if report.score is None:
        raise UserError("there is no score to show", "name a folder")
    draw = badge.svg if arguments.output_format == "svg" else badge.shields
    text = draw(report.score)
    if arguments.output:
        output.write_file(arguments.output, text)
    else:
        output.write(text)
    return ExitCode.CLEAN
