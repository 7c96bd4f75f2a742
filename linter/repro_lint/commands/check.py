"""Judge a repository, or one file, and report what keeps it from being reproduced."""

from __future__ import annotations

import os
import sys

from repro_lint import TYPE_CHECKING
from repro_lint import config as configuration
from repro_lint.commands import COMMANDS, output
from repro_lint.commands.arguments import add_color, choice, comma_list, whole_number
from repro_lint.config import nearest
from repro_lint.errors import ExitCode, UserError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from repro_lint.config import Config
    from repro_lint.report import Report
    from repro_lint.repository.files import Repository

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("path", metavar="PATH", nargs="?", default=".", help="folder or file (default: .)")
    rules = parser.add_argument_group("rules (codes, names or prefixes, with commas)")
    rules.add_argument("--select", action="extend", type=comma_list, help="report only these")
    rules.add_argument("--ignore", action="extend", type=comma_list, help="do not report these")
    rules.add_argument("--preview", action="store_true", help="also run rules in preview")
    levels = "|".join(configuration.CONFIDENCES)
    rules.add_argument("--min-confidence", metavar=levels, help="hide findings less sure than this")
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="make the fixes that are safe")
    fixes.add_argument(
        "--unsafe-fixes", action="store_true", help="make also those that may change numbers"
    )
    fixes.add_argument(
        "--diff", action="store_true", help="show what would change, write nothing; 1 if anything"
    )
    _add_report_options(parser)
    old = parser.add_argument_group("old findings")
    old.add_argument(
        "--baseline", metavar="FILE", help="count the findings in it, do not show them"
    )
    old.add_argument(
        "--write-baseline", metavar="FILE", help="write all findings into a baseline, and exit 0"
    )
    old.add_argument(
        "--diff-base", metavar="REF", help="show only what is new since a commit; needs git"
    )
    files = parser.add_argument_group("configuration")
    files.add_argument("--config", metavar="FILE", help="read this file, not the repository's")
    files.add_argument(
        "--isolated", action="store_true", help="ignore the repository's own configuration"
    )
    parsers = "|".join(configuration.PARSERS)
    files.add_argument("--parser", metavar=parsers, help="how Python is read")
    files.add_argument("--workers", metavar="N", type=whole_number, help="processes that read")


def _add_report_options(parser: ArgumentParser) -> None:
    report = parser.add_argument_group("report")
    report.add_argument(
        "--output-format",
        metavar="|".join(FORMATS),
        type=choice("--output-format", FORMATS),
        default="text",
    )
    report.add_argument("-o", "--output", metavar="FILE", help="write the report to a file")
    report.add_argument(
        "--min-score", metavar="N", type=whole_number, help="fail below this score, 0 to 100"
    )
    report.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")
    report.add_argument("--quiet", action="store_true", help="only the findings, a line each")
    add_color(report)
    report.add_argument("--version", action="store_true", help="print the version")


def run(arguments: Namespace) -> ExitCode:
    """Judge and report."""
    if arguments.version:
        from repro_lint import __version__  # noqa: PLC0415

        output.write(f"repro-lint {__version__}\n")
        return ExitCode.CLEAN
    root = root_of(arguments.path)
    config = _config(arguments, root)
    for target in (arguments.output, arguments.write_baseline):
        if target:
            output.check_target(target)
    repository = _open(arguments.path, root, config)
    if repository.single_file and config.min_score is not None:
        raise UserError("a single file has no score to compare with `--min-score`", "name a folder")
    fixes = arguments.fix or arguments.unsafe_fixes
    if arguments.diff:
        return _show_difference(repository, config, arguments)
    report = _fix(repository, config, arguments) if fixes else _analyse(repository, config)
    if arguments.write_baseline:
        return _write_baseline(arguments.write_baseline, report)
    report = _without_old(report, arguments, root, config)
    text = _render(report, arguments)
    if arguments.output:
        output.write_file(arguments.output, text)
    else:
        output.write(text)
    return _exit_code(report, config)


def root_of(path: str) -> str:
    """The folder that paths are told from: for a file, the nearest one above that is a project."""
    if os.path.isdir(path):  # noqa: PTH112  pathlib costs 3 ms of start-up
        return path
    if not os.path.isfile(path):  # noqa: PTH113
        raise _no_such_path(path)
    start = folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
    while not (configuration.find(folder) or os.path.exists(os.path.join(folder, ".git"))):  # noqa: PTH110, PTH118
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:
            here = os.getcwd()  # noqa: PTH109
            return here if start.startswith(os.path.join(here, "")) else start  # noqa: PTH118
        folder = above
    return folder


def refuse_mistyped_command(word: str) -> None:
    """Tell of a command that is none, before what follows it is told to be too much."""
    if not os.path.lexists(word) and command_meant(word):
        raise _no_such_path(word)


def command_meant(word: str) -> str | None:
    """The command that a mistyped word is near to, None if it looks like anything else."""
    return nearest(word, COMMANDS) if word.replace("-", "").isalpha() else None


def _no_such_path(path: str) -> UserError:
    from repro_lint.repository.shown import shown  # noqa: PLC0415

    name = shown(path)
    if command := command_meant(path):
        return UserError(
            f"`{name}` is neither a command nor a path", f"did you mean `repro-lint {command}`?"
        )
    folder, last = os.path.split(path)
    try:
        beside = os.listdir(folder or ".")  # noqa: PTH208
    except OSError:
        beside = []
    close = {os.path.join(folder, entry) for entry in beside if entry == nearest(last, beside)}  # noqa: PTH118
    hint = f"did you mean `{shown(close.pop())}`?" if close else "name a folder or a Python file"
    return UserError(f"no such file or folder: `{name}`", hint)


def _config(arguments: Namespace, root: str) -> Config:
    keys = ("select", "ignore", "min_confidence", "min_score", "parser", "workers", "baseline")
    flags = {key: getattr(arguments, key) for key in keys if getattr(arguments, key) is not None}
    flags |= {key: True for key in ("exit_zero", "preview") if getattr(arguments, key)}
    config = configuration.load(root, flags, file=arguments.config, isolated=arguments.isolated)
    if config.select or config.ignore or config.per_file_ignores:
        from repro_lint.cards import index  # noqa: PLC0415

        configuration.check_selectors(config, dict(index()))
    if config.select and not config.preview:
        _refuse_hidden_preview(config)
    return config


def _refuse_hidden_preview(config: Config) -> None:
    """A rule in preview that is asked for by name must not stay silent unnoticed."""
    from repro_lint.rules import ALL  # noqa: PLC0415

    for rule in ALL:
        for selector in config.select:
            if rule.preview and selector in (rule.code, rule.name):
                raise UserError(f"rule `{selector}` is in preview", "add `--preview`")


def _open(path: str, root: str, config: Config) -> Repository:
    from repro_lint.repository.files import Repository  # noqa: PLC0415

    if os.path.isdir(path):  # noqa: PTH112
        return Repository.from_folder(path, max_bytes=config.max_file_bytes, exclude=config.exclude)
    return Repository.from_file(path, root=root, max_bytes=config.max_file_bytes)


def _analyse(repository: Repository, config: Config) -> Report:
    from repro_lint.engine import analyse  # noqa: PLC0415

    if not output.is_terminal(sys.stderr):
        return analyse(repository, config)
    from repro_lint.commands.progress import Progress  # noqa: PLC0415

    with Progress(forks=config.workers > 1) as progress:
        return analyse(repository, config, progress.show)


def _write_baseline(path: str, report: Report) -> ExitCode:
    """Write all findings of a report into a baseline."""
    from repro_lint.commands import baseline  # noqa: PLC0415

    if report.crashes:
        return _exit_code(report, configuration.DEFAULT)
    count = baseline.write(path, report)
    output.tell(f"wrote {count} finding{'' if count == 1 else 's'} into `{path}`\n")
    return ExitCode.CLEAN


def _without_old(report: Report, arguments: Namespace, root: str, config: Config) -> Report:
    """The report without what a baseline or another commit has as well."""
    if not config.baseline and not arguments.diff_base:
        return report
    from repro_lint.commands import baseline  # noqa: PLC0415

    if config.baseline:
        # A flag is a path from here, a setting one from the repository.
        flagged = config.origin("baseline") == "flag"
        file = config.baseline if flagged else os.path.join(root, config.baseline)  # noqa: PTH118
        report = baseline.without(report, baseline.read(file))
    if not arguments.diff_base:
        return report
    if report.single_file:
        raise UserError("a single file has no other version to compare with", "name a folder")
    from repro_lint.commands import history  # noqa: PLC0415
    from repro_lint.engine import analyse  # noqa: PLC0415
    from repro_lint.repository.files import MAX_NOTEBOOK_BYTES, Repository  # noqa: PLC0415

    ref = arguments.diff_base
    limit = max(config.max_file_bytes, MAX_NOTEBOOK_BYTES)
    files = history.files_at(root, ref, limit)
    old = Repository.from_mapping(files, max_bytes=config.max_file_bytes, exclude=config.exclude)
    before = report.in_baseline
    report = baseline.since(report, analyse(old, config), ref, history.renamed_since(root, ref))
    return report._replace(in_baseline=report.in_baseline + before)


def _fix(repository: Repository, config: Config, arguments: Namespace) -> Report:
    """Fix and write; the report is that of the files as they are then."""
    from repro_lint.commands import fixing  # noqa: PLC0415  libcst is imported only to fix

    mended = fixing.mend(repository, config, unsafe=arguments.unsafe_fixes)
    if fixing.write(repository, mended):
        return mended.report
    return _analyse(_open(arguments.path, root_of(arguments.path), config), config)


def _show_difference(repository: Repository, config: Config, arguments: Namespace) -> ExitCode:
    """Print what fixes would change."""
    from repro_lint.commands import fixing  # noqa: PLC0415  libcst is imported only to fix

    mended = fixing.mend(repository, config, unsafe=arguments.unsafe_fixes)
    text = fixing.difference(mended)
    if arguments.output:
        output.write_file(arguments.output, text)
    else:
        output.write(text)
    fixing.tell_undone(mended)
    return ExitCode.FINDINGS if text and not config.exit_zero else ExitCode.CLEAN


def _render(report: Report, arguments: Namespace) -> str:
    if arguments.output_format != "text":
        from importlib import import_module  # noqa: PLC0415

        module = import_module(f"repro_lint.reporters.{arguments.output_format}")
        if arguments.quiet and arguments.output_format == "concise":
            return str(module.render_findings(report))
        return str(module.render(report))
    from repro_lint.reporters import text  # noqa: PLC0415

    width = 80 if arguments.output else output.width()
    if arguments.quiet or not output.wants_color(arguments.color) or arguments.output:
        return text.render(report, width, quiet=arguments.quiet)
    from repro_lint.reporters.terminal import coloured  # noqa: PLC0415

    return coloured(text.lay_out(report, width), width)


def _exit_code(report: Report, config: Config) -> ExitCode:
    if report.crashes:
        from repro_lint.commands.crash import tell_crashes  # noqa: PLC0415

        tell_crashes(report.crashes)
        return ExitCode.INTERNAL_ERROR
    if config.exit_zero:
        return ExitCode.CLEAN
    low = config.min_score is not None and (
        report.score is None or report.score.value < config.min_score
    )
    return ExitCode.FINDINGS if report.shown or low else ExitCode.CLEAN
