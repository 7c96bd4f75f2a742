"""Print the card of a rule: what it flags, why that matters, and examples of both sides."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.commands import output
from repro_lint.commands.arguments import add_color
from repro_lint.config import did_you_mean
from repro_lint.errors import ExitCode, UserError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from repro_lint.rules.base import Rule


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("rule", metavar="RULE", help="a code or a name, such as `RNG001`")
    add_color(parser)


def run(arguments: Namespace) -> ExitCode:
    """Find the card and print it."""
    from repro_lint.cards import read  # noqa: PLC0415

    rule = _find(arguments.rule)
    text = _with_facts(read(rule.code).markdown, rule)
    if output.wants_color(arguments.color):
        from repro_lint.reporters.terminal import markdown  # noqa: PLC0415

        text = markdown(text, output.width())
    output.write(text)
    return ExitCode.CLEAN


def _find(wanted: str) -> type[Rule]:
    from repro_lint.rules import ALL  # noqa: PLC0415

    for rule in ALL:
        if wanted.lower() in (rule.code.lower(), rule.name):
            return rule
    known = [word for rule in ALL for word in (rule.code, rule.name)]
    hint = did_you_mean(wanted, known, "`repro-lint rules` lists every rule")
    raise UserError(f"unknown rule `{wanted}`", hint)


def _with_facts(markdown: str, rule: type[Rule]) -> str:
    """The card, with what the rule itself says below its title."""
    title, _, rest = markdown.partition("\n")
    preview = " · preview" if rule.preview else ""
    facts = f"severity {rule.severity.label} · confidence {rule.confidence.label}{preview}"
    return f"{title}\n\n{facts}\n{rest.rstrip()}\n"
