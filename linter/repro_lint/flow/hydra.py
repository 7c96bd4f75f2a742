"""What `hydra.utils.instantiate` may make: the `_target_` of configuration files."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import base_name, folder_of, is_below
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.yaml_text import (
    Scalar,
    Table,
    UnreadableYaml,
    child,
    compose,
    items_of,
    pairs_of,
    text_of,
)
from repro_lint.syntax.index import Compound, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.repository.yaml_text import Node
    from repro_lint.syntax.index import Value

CONFIGURATION = pattern(r"(^|/)((?:\w+_)?conf(?:ig)?s?|cfgs?|hydra|hparams)/")
MOST_FILES = 1000
MOST_TARGETS = 40
GLOBAL_PACKAGE = "# @package _global_"


class Named(Record):
    """A target that a configuration file names: its root, group, option and keys."""

    root: str
    group: str
    option: str
    keys: tuple[str, ...]
    target: str


class Hydra:
    """The targets that the configuration files of a program name."""

    def __init__(self, program: Program) -> None:
        """Keep the program; files are read when asked for."""
        self.program = program

    def targets(self, path: str, place: int) -> Iterator[Target]:
        """What a call of `instantiate` may make, as far as files tell."""
        call = self.program.modules[path].calls[place]
        given = call.argument(0, "config")
        keys = keys_of(given) if given is not None else ()
        if not keys:
            return
        for dotted in sorted(self.named(path, keys)):
            if dotted.partition(".")[0] in self.program.table.components:
                found = self.program.resolve_dotted(path, dotted)
                if found is not None and found.kind in ("function", "class"):
                    yield found

    def named(self, path: str, keys: tuple[str, ...]) -> set[str]:
        """The dotted names of the targets below these keys, those that defaults choose."""
        within = self.program.table.project(folder_of(path))
        near = [entry for entry in self.files if is_below(entry.root, within)]
        found = [entry for entry in near if entry.keys[: len(keys)] == keys]
        chosen = [entry for entry in found if self.is_chosen(entry)]
        names = {entry.target for entry in chosen or found}
        return names if len(names) <= MOST_TARGETS else set()

    def is_chosen(self, entry: Named) -> bool:
        """Whether a configuration takes this option by default; true where there is no choice."""
        options = self.defaults.get((entry.root, entry.group))
        return options is None or entry.option in options

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The configuration files of the repository, by path."""
        repository = self.program.repository
        paths = [
            path
            for path in repository.paths
            if path.endswith((".yaml", ".yml")) and CONFIGURATION.search(path)
        ]
        kept: dict[str, list[str]] = {}
        for path in paths:
            kept.setdefault(self.program.table.project(folder_of(path)), []).append(path)
        near = sorted(path for of_project in kept.values() for path in of_project[:MOST_FILES])
        return {path: repository.text(path) or "" for path in near}

    @cached_property
    def files(self) -> tuple[Named, ...]:
        """Each target that a file names."""
        found: list[Named] = []
        for path, text in self.texts.items():
            if "_target_" in text:
                found.extend(read_targets(path, text))
        return tuple(found)

    @cached_property
    def defaults(self) -> Mapping[tuple[str, str], set[str]]:
        """The options that the lists of defaults choose, by root and group."""
        found: dict[tuple[str, str], set[str]] = {}
        for path, text in self.texts.items():
            if "defaults:" not in text:
                continue
            root, group, _ = location(path)
            for item in items_of(child(composed(text), "defaults")):
                for name, option in pairs_of(item):
                    bare = name.text.removeprefix("override ").strip().partition("@")[0]
                    full = (
                        bare.lstrip("/") if bare.startswith("/") or not group else f"{group}/{bare}"
                    )
                    if isinstance(option, Scalar):
                        chosen = option.text.removesuffix(".yaml")
                        found.setdefault((root, full), set()).add(chosen)
        return found


def location(path: str) -> tuple[str, str, str]:
    """The root of the configuration that a file belongs to, its group and its option."""
    match = CONFIGURATION.search(path)
    root = path[: match.end() - 1] if match else folder_of(path)
    group = folder_of(path)[len(root) :].strip("/")
    return root, group, base_name(path).rpartition(".")[0]


def composed(text: str) -> Node | None:
    """A file as nodes; None where it cannot be read."""
    try:
        return compose(text)
    except UnreadableYaml:
        return None


def read_targets(path: str, text: str) -> Iterator[Named]:
    """The targets of one file with the keys under which programs see them."""
    root, group, option = location(path)
    package = () if text.lstrip().startswith(GLOBAL_PACKAGE) else tuple(group.split("/"))
    waiting: list[tuple[tuple[str, ...], Node | None]] = [
        (tuple(part for part in package if part), composed(text))
    ]
    while waiting:
        keys, node = waiting.pop()
        if isinstance(node, Table):
            dotted = text_of(node.get("_target_"))
            if dotted:
                yield Named(root, group, option, keys, dotted)
            waiting.extend(((*keys, name.text), value) for name, value in node.pairs)


def keys_of(value: Value) -> tuple[str, ...]:
    """The keys by which a program picks a part of its configuration: `cfg.model.net`."""
    if isinstance(value, Name):
        parts = value.text.split(".")
        parts = parts[1:] if parts[0] == "self" else parts
        return tuple(parts[1:])
    if isinstance(value, Compound) and value.kind == "Attribute":
        before = keys_of(value.parts[0])
        return (*before, value.detail) if before else ()
    if isinstance(value, Compound) and value.kind == "Subscript" and len(value.parts) > 1:
        key = value.parts[1]
        if isinstance(key, Literal) and isinstance(key.value, str):
            return (*keys_of(value.parts[0]), key.value)
    return ()
