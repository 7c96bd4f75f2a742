"""Makes `compiled.json` of the TOML files, which are the source of all facts.

Run-time start-up reads the JSON, because `tomllib` needs ten times as long.
"""

from __future__ import annotations

import json
from pathlib import Path

from repro_lint import TYPE_CHECKING
from repro_lint.toml import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

LIBRARIES = Path(__file__).with_name("libraries")
COMPILED = LIBRARIES.with_name("compiled.json")
EFFECTS = ("draw", "generator", "seed", "restore", "listing", "download", "switch")
TRAITS = ("clock", "converts", "exit", "ordered", "passes", "runner", "unordered")
ROLES = (*EFFECTS, *TRAITS)
FILE_KEYS = frozenset({"library", "version", "source", "aliases", "streams", "types"})
GROUP_KEYS = frozenset(
    {
        "also",
        "library",
        "names",
        "streams",
        "parameter",
        "position",
        "default",
        "required",
        "conditions",
        "since",
        "until",
        "effect",
        "method",
        "omitted",
        "kind",
        "source",
        "telltale",
        "version",
    },
)
CONDITION_KEYS = frozenset({"parameter", "position", "default", "is", "is_not", "given"})
STREAM_KEYS = frozenset({"feeds", "label", "modules", "seed"})


def compiled_text(folder: Path = LIBRARIES) -> str:
    """The text that `compiled.json` must have."""
    return _dump(compile_files(folder))


def write() -> None:
    """Bring `compiled.json` up to date with the TOML files."""
    COMPILED.write_text(compiled_text(), encoding="utf-8")


def read_library(path: Path) -> dict[str, Any]:
    """Read one TOML file and refuse keys that mean nothing."""
    data = parse(path.read_text(encoding="utf-8"))
    _refuse_unknown(data, FILE_KEYS | set(ROLES), path.name)
    for stream in data.get("streams", {}).values():
        _refuse_unknown(stream, STREAM_KEYS, path.name)
    return data


def compile_files(folder: Path) -> dict[str, Any]:
    """All files of a folder as one table of facts, names, traits, aliases, types and streams."""
    facts: list[dict[str, Any]] = []
    names: dict[str, list[int]] = {}
    traits: dict[str, list[int]] = {}
    result: dict[str, Any] = {"aliases": {}, "streams": {}, "returns": {}, "methods": {}}
    for path in sorted(folder.glob("*.toml")):
        data = read_library(path)
        for fact, members in groups(data, path.name):
            for name in members:
                table = traits if fact["role"] in TRAITS else names
                table.setdefault(name, []).append(len(facts))
                if fact.get("method"):
                    result["methods"].setdefault(name.rpartition(".")[2], set()).add(name)
            facts.append(fact)
        result["aliases"].update(data.get("aliases", {}))
        result["streams"].update(data.get("streams", {}))
        result["returns"].update(_types(data.get("types", {})))
    result["methods"] = {key: sorted(value) for key, value in result["methods"].items()}
    _feed(facts, result["streams"])
    return {"facts": facts, "names": names, "traits": traits, **result}


def groups(data: Mapping[str, Any], file: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each group of rows of a file: the facts that they share, and their names."""
    for role in ROLES:
        for group in data.get(role, ()):
            _refuse_unknown(group, GROUP_KEYS, f"{file} [[{role}]]")
            fact = {key: value for key, value in group.items() if key != "names"}
            fact["role"] = role
            for key in ("library", "version", "source"):
                fact.setdefault(key, data[key])
            if "conditions" in fact:
                fact["conditions"] = [_condition(item, file) for item in fact["conditions"]]
            yield fact, group["names"]


def _feed(facts: list[dict[str, Any]], streams: dict[str, Any]) -> None:
    """Who seeds a stream seeds also those that take their unset seeds from it."""
    feeds = {name: stream.pop("feeds", ()) for name, stream in streams.items()}
    for fact in facts:
        if fact["role"] in ("seed", "restore"):
            fed = [name for stream in fact["streams"] for name in feeds.get(stream, ())]
            new = [name for name in fed if name not in fact["streams"]]
            fact["streams"] = [*fact["streams"], *new]


def _condition(item: Mapping[str, Any], file: str) -> list[Any]:
    """A condition as the loader takes it: parameter, position, values, default, negated."""
    _refuse_unknown(item, CONDITION_KEYS, f"{file} condition")
    if len({"is", "is_not", "given"} & set(item)) != 1:
        message = f"{file}: a condition has one of is, is_not and given: {dict(item)}"
        raise ValueError(message)
    values = [None] if "given" in item else item.get("is", item.get("is_not"))
    negated = "is_not" in item or item.get("given", False)
    return [item["parameter"], item.get("position", -1), values, item.get("default"), negated]


def _types(table: Mapping[str, list[str]]) -> dict[str, str]:
    """Types by the name of what returns them; each type is made by its own class."""
    found = {kind: kind for kind in table}
    found.update((name, kind) for kind, members in table.items() for name in members)
    return found


def _refuse_unknown(table: Mapping[str, Any], known: set[str] | frozenset[str], place: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        message = f"{place}: unknown key {', '.join(unknown)}"
        raise ValueError(message)


def _dump(data: Mapping[str, Any]) -> str:
    """JSON with one line for each fact and name, so that changes can be read."""
    sections = []
    for key, value in sorted(data.items()):
        if isinstance(value, dict):
            lines = [f"{json.dumps(k)}:{_line(v)}" for k, v in sorted(value.items())]
            body = "{\n" + ",\n".join(lines) + "\n}"
        else:
            body = "[\n" + ",\n".join(_line(item) for item in value) + "\n]"
        sections.append(f"{json.dumps(key)}:{body}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
