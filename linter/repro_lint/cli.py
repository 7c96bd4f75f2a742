"""The command line: which command is meant, and what the shell is told at the end."""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING, __version__
from repro_lint.commands import COMMANDS, output
from repro_lint.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_USAGE = """\
usage: repro-lint [PATH] [OPTIONS]
       repro-lint COMMAND [ARGUMENTS]

Tells whether a machine-learning repository can be reproduced, and what to mend first.

commands:
{commands}

`repro-lint COMMAND --help` tells more; `repro-lint check --help` lists the options.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; every way a run can end is an exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return int(_run(arguments))
    except UserError as problem:
        return int(_tell_user(problem))
    except KeyboardInterrupt:
        output.tell("interrupted\n")
        return int(ExitCode.INTERRUPTED)
    except Exception as problem:  # noqa: BLE001  the last net: our mistake becomes a report
        from repro_lint.commands.crash import tell_crash  # noqa: PLC0415

        return int(tell_crash(problem, arguments))


def _run(arguments: list[str]) -> ExitCode:
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        lines = [f"  {name:{width}}  {text}" for name, text in COMMANDS.items()]
        output.write(_USAGE.format(commands="\n".join(lines)))
        return ExitCode.CLEAN
    if first in ("-V", "--version"):
        output.write(f"repro-lint {__version__}\n")
        return ExitCode.CLEAN
    named = first in COMMANDS
    if not named and len(arguments) > 1:
        _module("check").refuse_mistyped_command(first)
    return _command(first if named else "check", arguments[1:] if named else arguments)


def _command(name: str, arguments: list[str]) -> ExitCode:
    from repro_lint.commands.arguments import Parser  # noqa: PLC0415

    module = _module(name)
    parser = Parser(prog=f"repro-lint {name}", description=module.__doc__)
    module.add_arguments(parser)
    code: ExitCode = module.run(parser.parse(arguments))
    return code


def _module(name: str) -> ModuleType:
    from importlib import import_module  # noqa: PLC0415

    return import_module(f"repro_lint.commands.{name.replace('-', '_')}")


def _tell_user(problem: UserError) -> ExitCode:
    hint = f"hint: {problem.hint}\n" if problem.hint else ""
    output.tell(f"error: {problem.message}\n{hint}")
    return ExitCode.USER_ERROR
