"""YAML as plain values, or as nodes that know their lines, safe on hostile files.

An alias may name its anchor many times over, so a small file can stand for billions of
values, and PyYAML recurses once per level. `load` and `compose` refuse both before
anything is built.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from repro_lint.repository.files import Repository

LARGEST_TEXT = 8_000_000
DEEPEST = 100
MOST_NODES = 1_000_000


class UnreadableYaml(ValueError):  # noqa: N818  told to users as a reason, not as an error
    """A text that is not YAML, or more than we are willing to read; line 0 is the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        """Keep the reason apart from the line."""
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Scalar(Record):
    """One value as written (`3.10` stays "3.10"); a block's line is that of its first text line."""

    text: str
    line: int
    column: int
    block: bool = False


class Items(Record):
    """A sequence."""

    items: tuple[Node, ...]
    line: int
    column: int


class Table(Record):
    """A mapping, in the order of the file, its merged keys after its own."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """The value of a key, None if it is absent."""
        for name, value in self.pairs:
            if name.text == key:
                return value
        return None


Node: TypeAlias = "Scalar | Items | Table"


def load(text: str) -> Any:
    """Read the first document as plain values; raises UnreadableYaml."""
    loader, node = _root(text)
    if node is None:
        return None
    try:
        return loader.construct_document(node)
    except (ValueError, TypeError, RecursionError, _yaml_problem()) as problem:
        raise _reason(problem) from problem


def compose(text: str) -> Node | None:
    """Read the first document as nodes with lines; None if empty; raises UnreadableYaml."""
    _, node = _root(text)
    return None if node is None else _node(node, {})


def compose_file(repository: Repository, path: str) -> Node | None:
    """Read a file as nodes with lines; what cannot be read is noted, and None."""
    try:
        return compose(repository.text(path) or "")
    except UnreadableYaml as problem:
        repository.note(path, problem.line, problem.reason)
        return None


def child(node: Node | None, *keys: str) -> Node | None:
    """Follow keys downward; None where one is absent."""
    for key in keys:
        node = node.get(key) if isinstance(node, Table) else None
    return node


def text_of(node: Node | None) -> str:
    """The text of a scalar, "" for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def pairs_of(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    """The pairs of a mapping, nothing for anything else."""
    return node.pairs if isinstance(node, Table) else ()


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence, nothing for anything else."""
    return node.items if isinstance(node, Items) else ()


def scalars_of(node: Node | None) -> Iterator[Scalar]:
    """Yield a scalar, or each scalar of a sequence, also of sequences in it."""
    if isinstance(node, Scalar):
        yield node
    for item in items_of(node):
        yield from scalars_of(item)


def _root(text: str) -> tuple[Any, Any]:
    """Make the loader and the first document's node, once it is known to be harmless."""
    if len(text) > LARGEST_TEXT:
        raise UnreadableYaml(f"YAML of more than {LARGEST_TEXT:,} characters is not read")
    try:
        _refuse_depth(text)
        loader = _loader()(text)
        node = loader.get_node() if loader.check_node() else None
    except (ValueError, RecursionError, _yaml_problem()) as problem:
        raise _reason(problem) from problem
    if node is not None:
        _refuse_expansion(node)
    return loader, node


def _refuse_depth(text: str) -> None:
    """Count open collections by events, which never recurse."""
    import yaml  # noqa: PLC0415

    depth = 0
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark: Any = event.start_mark
                raise UnreadableYaml(f"YAML nested over {DEEPEST} deep is not read", mark.line + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentEndEvent):
            return


def _refuse_expansion(root: Any) -> None:
    """Count the nodes as if each alias were written out."""
    sizes: dict[int, int] = {}
    _size(root, sizes)
    if sizes[id(root)] > MOST_NODES:
        raise UnreadableYaml("YAML whose aliases expand to over a million values is not read")


def _size(node: Any, sizes: dict[int, int]) -> int:
    known = sizes.get(id(node))
    if known == 0:
        raise UnreadableYaml("YAML that contains itself is not read", node.start_mark.line + 1)
    if known is not None:
        return known
    sizes[id(node)] = 0
    total = 1
    for part in _parts(node):
        total += _size(part, sizes)
    sizes[id(node)] = total
    return total


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node.value, list):
        for entry in node.value:
            if isinstance(entry, tuple):
                yield from entry
            else:
                yield entry


def _node(node: Any, made: dict[int, Node]) -> Node:
    """Turn a node of PyYAML into ours, each anchor once."""
    known = made.get(id(node))
    if known is not None:
        return known
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    result: Node
    if isinstance(node.value, str):
        block = node.style in ("|", ">")
        result = Scalar(node.value, line + block, column, block)
    elif node.id == "mapping":
        result = Table(tuple(_pairs(node, made)), line, column)
    else:
        result = Items(tuple(_node(item, made) for item in node.value), line, column)
    made[id(node)] = result
    return result


def _pairs(node: Any, made: dict[int, Node]) -> Iterator[tuple[Scalar, Node]]:
    merged: list[Node] = []
    for key, value in node.value:
        name = _node(key, made)
        if isinstance(name, Scalar) and name.text == "<<":
            found = _node(value, made)
            merged.extend(items_of(found) or (found,))
        elif isinstance(name, Scalar):
            yield name, _node(value, made)
    for table in merged:
        yield from pairs_of(table)


_LOADERS: list[Any] = []


def _loader() -> Any:
    """The safe loader, in C where it is there; an unknown tag leaves its value as it is."""
    if not _LOADERS:
        import yaml  # noqa: PLC0415

        base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        loader: Any = type("PlainLoader", (base,), {})
        loader.add_constructor(None, _plain)
        loader.add_constructor("tag:yaml.org,2002:timestamp", _plain)
        _LOADERS.append(loader)
    return _LOADERS[0]


def _plain(loader: Any, node: Any) -> Any:
    if node.id == "mapping":
        return loader.construct_mapping(node, deep=True)
    if node.id == "sequence":
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


def _yaml_problem() -> type[Exception]:
    import yaml  # noqa: PLC0415

    return yaml.YAMLError


def _reason(problem: Exception) -> UnreadableYaml:
    """Say in one line what PyYAML says in several."""
    if isinstance(problem, UnreadableYaml):
        return problem
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    words = getattr(problem, "problem", None) or str(problem) or type(problem).__name__
    first = str(words).splitlines()[0]
    line = mark.line + 1 if mark else 0
    if "nesting depth" in first:  # libyaml gives up before we have counted
        return UnreadableYaml(f"YAML nested over {DEEPEST} deep is not read", line)
    return UnreadableYaml(f"not valid YAML: {first}", line)
