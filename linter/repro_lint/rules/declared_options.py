"""Whether a script declares an option, as far as its parser can be read."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex

_PARSERS = frozenset({"argparse", "click", "typer", "absl"})
# Make options of what they are given: fields, functions, whole trees of settings.
_MAKERS = frozenset(
    {
        "HfArgumentParser", "accelerate", "chz", "clu", "cyclopts", "datargs", "defopt", "docopt",
        "draccus", "fire", "gin", "hydra", "jsonargparse", "lightning", "mlxp", "omegaconf", "plac",
        "pydantic_settings", "pytorch_lightning", "sacred", "simple_parsing", "tap", "transformers",
        "trl", "tyro", "yacs", "ml_collections", "configargparse", "importlib",
    }
)  # fmt: skip
_OPEN_CALLS = ("parse_known_args", "add_argparse_args", "add_arguments", "parse_known_intermixed")
_ALWAYS = ("--help", "--version", "--local-rank", "--local_rank")


def declares(context: Context, script: str, option: str) -> bool | None:
    """Tell whether a script has an option; None where its parser cannot be read in full."""
    if script not in context.modules or option in _ALWAYS:
        return None
    reached = [path for path in context.program.closure(script) if path in context.modules]
    modules = [context.modules[path] for path in sorted(reached)]
    if not _is_readable(context, script, modules):
        return None
    plain = option.lstrip("-")
    names = {plain, plain.replace("-", "_"), plain.replace("_", "-")}
    words = "|".join(re.escape(name) for name in sorted(names))
    known = re.compile(rf"(?<![\w-])(?:--?(?:no-)?)?(?:{words})")
    return any(known.search(context.repository.code(index.path)) for index in modules)


def _is_readable(context: Context, script: str, modules: list[ModuleIndex]) -> bool:
    """Tell whether a parser is made, and each option of it stands in the text."""
    declared = False
    for index in modules:
        heads = {i.module.partition(".")[0] for i in index.imports}
        heads |= {i.member for i in index.imports}
        if heads & _MAKERS and (index.path == script or not heads.isdisjoint(_PARSERS)):
            return False
        for call in index.calls:
            if call.name.endswith(_OPEN_CALLS) or "sys.argv" in call.name:
                return False
            if call.name.endswith(("add_argument", ".option", "typer.Option")):
                declared = True
                if not all(_is_text(argument) for argument in _flags(call)):
                    return False
        if "sys.argv" in context.repository.code(index.path):
            return False
    return declared


def _flags(call: Call) -> Iterator[object]:
    if call.name.endswith("add_argument"):
        yield from call.arguments


def _is_text(value: object) -> bool:
    return isinstance(value, Literal) and isinstance(value.value, str)
