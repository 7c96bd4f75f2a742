"""The command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dotenv import load_dotenv

from .errors import UserError
from .repro.determinism import determinism_report, start_again_if_needed

DEFAULT_CONFIG = Path("configs/default.yaml")
SMOKE_CONFIG = Path("configs/smoke.yaml")
DEFAULT_RUN = "default"


def prepare(_: argparse.Namespace) -> int:
    """Write the data and check its digests."""
    from . import data  # noqa: PLC0415 - each command imports what it needs

    for name, facts in data.prepare()["files"].items():
        print(f"{name}: {facts['rows']} rows, sha256 {facts['sha256'][:12]}")
    return 0


def train(arguments: argparse.Namespace) -> int:
    """Train a run, or go on with one."""
    from . import config, runs  # noqa: PLC0415
    from .train import train as train_run  # noqa: PLC0415

    if arguments.resume:
        run = runs.find(arguments.resume, arguments.runs)
        settings = config.load(run.folder / "config.yaml", arguments.settings)
    else:
        settings = config.load(arguments.config, arguments.settings)
        run = runs.new(arguments.runs / arguments.name, replace=arguments.replace)
    train_run(settings, run, resume=bool(arguments.resume))
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure the newest model of a run."""
    from . import runs  # noqa: PLC0415
    from .evaluate import evaluate as evaluate_run  # noqa: PLC0415

    for name, value in evaluate_run(runs.find(arguments.name, arguments.runs)).items():
        print(f"{name}: {value}")
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Train twice in fresh processes and compare to the bit."""
    from .repro import compare, rerun  # noqa: PLC0415

    found = rerun.verify(arguments.config, arguments.settings)
    compare.show(found)
    return 0 if found.equal else 1


def reproduce(arguments: argparse.Namespace) -> int:
    """Train a run again from its own commit, data and settings, and compare."""
    from . import runs  # noqa: PLC0415
    from .repro import compare, rerun  # noqa: PLC0415
{% if cookiecutter.tracking == 'mlflow' %}
    from .tracking import folder_of  # noqa: PLC0415
{% endif %}

{% if cookiecutter.tracking == 'mlflow' %}
    found = rerun.reproduce(runs.find(folder_of(arguments.name), arguments.runs))
{% else %}
    found = rerun.reproduce(runs.find(arguments.name, arguments.runs))
{% endif %}
    compare.show(found)
    return 0 if found.equal else 1


def compare_runs(arguments: argparse.Namespace) -> int:
    """Compare two runs to the bit."""
    from . import runs  # noqa: PLC0415
    from .repro import compare  # noqa: PLC0415

    first, second = (runs.find(name, arguments.runs) for name in (arguments.name, arguments.other))
    found = compare.compare(first, second)
    compare.show(found)
    return 0 if found.equal else 1


def card(arguments: argparse.Namespace) -> int:
    """Fill the cards from a run, or say where they differ from it."""
    from . import runs  # noqa: PLC0415
    from .repro import card as cards  # noqa: PLC0415

    run = runs.find(arguments.name, arguments.runs)
    if not arguments.check:
        cards.fill(run)
        return 0
    found = cards.problems(run)
    for line in found:
        print(line)
    return 1 if found else 0


def status(_: argparse.Namespace) -> int:
    """Show what decides whether results repeat on this machine."""
    for name, value, verdict in determinism_report():
        print(f"{name:28} {value:12} {verdict}")
    return 0


def checkpoints(arguments: argparse.Namespace) -> int:
    """Check every checkpoint below a folder, and print a table in Markdown."""
    from .repro import checkpoint  # noqa: PLC0415

    if not arguments.path.is_dir():
        raise UserError(f"{arguments.path} is no folder", "name a run's folder, or leave it out")
    table, sound = checkpoint.report(arguments.path)
    print(table)
    return 0 if sound else 1


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="{{ cookiecutter.__package_name }}", allow_abbrev=False)
    top.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept (runs)")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    preparing = commands.add_parser("prepare", help=prepare.__doc__, allow_abbrev=False)
    preparing.set_defaults(function=prepare)
    training = commands.add_parser("train", help=train.__doc__, allow_abbrev=False)
    training.set_defaults(function=train)
    training.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="YAML file (configs/default.yaml)")
    training.add_argument("--runs", type=Path, default=argparse.SUPPRESS, help="where runs are kept (runs)")
    training.add_argument("--name", default=DEFAULT_RUN, help="name of the run (default)")
    training.add_argument("--replace", action="store_true", help="replace a run of that name")
    training.add_argument("--resume", metavar="RUN", help="go on with a run from its newest checkpoint")
    training.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="settings put over the file's")
    measuring = commands.add_parser("evaluate", help=evaluate.__doc__, allow_abbrev=False)
    measuring.set_defaults(function=evaluate)
    measuring.add_argument("name", metavar="RUN", nargs="?", default=DEFAULT_RUN)
    twice = commands.add_parser("verify", help=verify.__doc__, allow_abbrev=False)
    twice.set_defaults(function=verify)
    twice.add_argument("--config", type=Path, default=SMOKE_CONFIG, help="YAML file (configs/smoke.yaml)")
    twice.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="settings put over the file's")
    again = commands.add_parser("reproduce", help=reproduce.__doc__, allow_abbrev=False)
    again.set_defaults(function=reproduce)
    again.add_argument("name", metavar="RUN")
    comparing = commands.add_parser("compare", help=compare_runs.__doc__, allow_abbrev=False)
    comparing.set_defaults(function=compare_runs)
    comparing.add_argument("name", metavar="RUN")
    comparing.add_argument("other", metavar="RUN")
    carding = commands.add_parser("card", help=card.__doc__, allow_abbrev=False)
    carding.set_defaults(function=card)
    carding.add_argument("name", metavar="RUN", nargs="?", default=DEFAULT_RUN)
    carding.add_argument("--check", action="store_true", help="change nothing, fail where a card differs")
    showing = commands.add_parser("status", help=status.__doc__, allow_abbrev=False)
    showing.set_defaults(function=status)
    checking = commands.add_parser("checkpoints", help=checkpoints.__doc__, allow_abbrev=False)
    checking.set_defaults(function=checkpoints)
    checking.add_argument("path", metavar="PATH", type=Path, nargs="?", default=Path("runs"))
    return top


def main() -> int:
    """Run one command; a mistake of the person is one line with a hint and exit code 2."""
    arguments = parser().parse_args()
    start_again_if_needed()
    load_dotenv(".env")
    try:
        code: int = arguments.function(arguments)
    except UserError as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return 2
    return code
