"""An argument parser that names the slip in one line, with a hint, in place of a usage dump."""

from __future__ import annotations

import argparse

from repro_lint import TYPE_CHECKING
from repro_lint.config import did_you_mean
from repro_lint.errors import UserError
from repro_lint.patterns import pattern

if TYPE_CHECKING:
    from argparse import _ActionsContainer
    from collections.abc import Callable, Sequence
    from typing import NoReturn

_HELP_WIDTH = 80
_COLORS = ("auto", "always", "never")
# What argparse says is read below, so it must be English; and the search for
# translations that nobody ships costs 2 ms of start-up.
vars(argparse)["_"] = str
_VALUE_WANTED = pattern(r"argument (?P<option>\S+): expected (?P<count>one|at least one) arg")
_MISSING = pattern(r"the following arguments are required: (?P<names>.+)")
_SURPLUS_VALUE = pattern(r"argument (?P<option>\S+): ignored explicit argument (?P<value>.+)")


class Parser(argparse.ArgumentParser):
    """argparse, with its mistakes told as ours are."""

    def __init__(self, prog: str, description: str | None = None) -> None:
        """Take no abbreviations: a later option must not change what an old script means."""
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            # With a width of its own argparse does not load `shutil` to ask the terminal.
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=_HELP_WIDTH),
        )

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all arguments; what is left over is a mistake that gets a hint."""
        found, surplus = self.parse_known_args(arguments)
        options = [word for word in surplus if word.startswith("-")]
        if options:
            raise self._unknown_option(options[0].partition("=")[0])
        if surplus:
            raise UserError(f"unexpected argument `{surplus[0]}`", self._help_hint())
        return found

    def error(self, message: str) -> NoReturn:
        """Turn argparse's sentence into ours."""
        if found := _VALUE_WANTED.match(message):
            option = found["option"].split("/")[-1]
            raise UserError(f"option `{option}` wants a value", self._help_hint())
        if found := _MISSING.match(message):
            raise UserError(f"missing argument `{found['names']}`", self._help_hint())
        if found := _SURPLUS_VALUE.match(message):
            option = found["option"].split("/")[-1]
            raise UserError(f"option `{option}` takes no value", self._help_hint())
        raise UserError(message, self._help_hint())

    def _unknown_option(self, option: str) -> UserError:
        known = [name for name in self._option_string_actions if name.startswith("--")]
        return UserError(
            f"unknown option `{option}`", did_you_mean(option, known, self._help_hint())
        )

    def _help_hint(self) -> str:
        return f"`{self.prog} --help` lists what there is"


def choice(option: str, known: Sequence[str]) -> Callable[[str], str]:
    """Make a reader of an option with a few values, whose mistakes name the nearest."""

    def read(value: str) -> str:
        if value in known:
            return value
        message = f"`{option}` must be one of {', '.join(known)}, not `{value}`"
        raise UserError(message, did_you_mean(value, known, ""))

    return read


def add_color(parser: _ActionsContainer) -> None:
    """Declare the option that every command which prints for people has."""
    parser.add_argument(
        "--color", metavar="|".join(_COLORS), type=choice("--color", _COLORS), default="auto"
    )


def whole_number(value: str) -> int | str:
    """Read a number; what is none is left for the configuration to refuse."""
    return int(value) if value.isascii() and value.lstrip("-").isdigit() else value


def comma_list(value: str) -> list[str]:
    """Read `A,B` as two names."""
    return [item.strip() for item in value.split(",") if item.strip()]
