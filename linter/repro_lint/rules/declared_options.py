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
# Parsers of these take the fields of classes, wherever those are.
_FIELD_PARSERS = frozenset(
    {"HfArgumentParser", "TrlParser", "LightningCLI", "LightningArgumentParser", "Fire"}
)
_OPEN_CALLS = ("parse_known_args", "add_argparse_args", "add_arguments", "parse_known_intermixed")
_ALWAYS = ("--help", "--version", "--local-rank", "--local_rank")


class Declarations:
    """The options of scripts; what modules say of their parsers is read once."""

    def __init__(self, context: Context) -> None:
        """Keep the modules; read none yet."""
        self._context = context
        self._readable: dict[str, tuple[str, ...] | None] = {}
        self._parsers: dict[str, bool | None] = {}

    def has(self, script: str, option: str) -> bool | None:
        """Tell whether a script has an option; None where its parser cannot be read in full."""
        if script not in self._context.modules or option in _ALWAYS:
            return None
        if script not in self._readable:
            self._readable[script] = self._search(script)
        paths = self._readable[script]
        if paths is None:
            return None
        plain = option.lstrip("-")
        names = {plain, plain.replace("-", "_"), plain.replace("_", "-")}
        words = "|".join(re.escape(name) for name in sorted(names))
        known = re.compile(rf"(?<![\w-])(?:--?(?:no-)?)?(?:{words})")
        codes = (self._context.repository.code(path) for path in paths)
        return any(known.search(code) for code in codes if any(name in code for name in names))

    def _search(self, script: str) -> tuple[str, ...] | None:
        """The modules that a script runs, if its parser can be read in full."""
        modules = self._context.modules
        reached = sorted(path for path in self._context.program.closure(script) if path in modules)
        heads = _imported(modules[script])
        if heads & _MAKERS:
            return None
        parsers = [self._parser(path) for path in reached]
        return tuple(reached) if None not in parsers and any(parsers) else None

    def _parser(self, path: str) -> bool | None:
        """Tell whether a module makes a parser; None where that cannot be read in full."""
        if path not in self._parsers:
            code = self._context.repository.code(path)
            self._parsers[path] = _parser_of(self._context.modules[path], code)
        return self._parsers[path]


def _imported(index: ModuleIndex) -> set[str]:
    heads = {i.module.partition(".")[0] for i in index.imports}
    return heads | {i.member for i in index.imports}


def _parser_of(index: ModuleIndex, code: str) -> bool | None:
    heads = _imported(index)
    if "sys.argv" in code or (heads & _MAKERS and not heads.isdisjoint(_PARSERS)):
        return None
    declared = False
    for call in index.calls:
        if call.name.rpartition(".")[2] in _FIELD_PARSERS:
            return None
        if call.name.endswith(_OPEN_CALLS) or "sys.argv" in call.name:
            return None
        if call.name.endswith(("add_argument", ".option", "typer.Option")):
            declared = True
            if not all(_is_text(argument) for argument in _flags(call)):
                return None
    return declared


def _flags(call: Call) -> Iterator[object]:
    if call.name.endswith("add_argument"):
        yield from call.arguments


def _is_text(value: object) -> bool:
    return isinstance(value, Literal) and isinstance(value.value, str)
