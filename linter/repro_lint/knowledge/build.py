"""Makes the files of `compiled/` of the TOML files, which are the source of all facts.

Run-time start-up reads JSON, because `tomllib` needs ten times as long, and only the
files of the libraries that a repository names: `index.json` says which these are.
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
COMPILED = LIBRARIES.with_name("compiled")
LEFT_OUT = LIBRARIES.with_name("left_out.toml")
INDEX = "index"
# Tables that are no facts of libraries; they are taken over as they are.
TABLES = (
    LIBRARIES.with_name("distributions.toml"),
    LIBRARIES.with_name("providers.toml"),
    LIBRARIES.with_name("variables.toml"),
    LIBRARIES.parent.parent / "scoring" / "scoring.toml",
)
EFFECTS = (
    *("draw", "generator", "seed", "restore", "listing", "download", "switch"),
    *("completion", "initializer", "pool", "process", "starting", "worker"),
)
TRAITS = (
    "clock",
    "config",
    "converts",
    "drives",
    "exit",
    "hook",
    "keeps",
    "machine",
    "option",
    "ordered",
    "passes",
    "quiet",
    "runner",
    "sized",
    "threaded",
    "unordered",
    "unstable",
    "wraps",
)
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
ASKED = ("switches", "telling", "telltales", "trait_methods")
CONDITION_KEYS = frozenset({"parameter", "position", "default", "is", "is_not", "given"})
STREAM_KEYS = frozenset({"feeds", "label", "modules", "seed"})


def compiled_texts(folder: Path = LIBRARIES) -> dict[str, str]:
    """The texts that the files of `compiled/` must have, by name without ending."""
    facts = {name: _dump(part) for name, part in compile_files(folder).items()}
    return {**facts, **table_texts()}


def table_texts() -> dict[str, str]:
    """The texts of the tables that are no facts of libraries, by name without ending."""
    read = ((path.stem, parse(path.read_text(encoding="utf-8"))) for path in TABLES)
    return {name: json.dumps(data, indent=0, ensure_ascii=False) + "\n" for name, data in read}


def write() -> None:
    """Bring `compiled/` up to date with the TOML files."""
    COMPILED.mkdir(exist_ok=True)
    texts = compiled_texts()
    for path in sorted(COMPILED.glob("*.json")):
        if path.stem not in texts:
            path.unlink()
    for name, text in sorted(texts.items()):
        (COMPILED / f"{name}.json").write_text(text, encoding="utf-8")


def stale() -> list[str]:
    """The compiled files that do not say what the TOML files say, those too many included."""
    texts = compiled_texts()
    found = {path.stem: path.read_text(encoding="utf-8") for path in COMPILED.glob("*.json")}
    return sorted(name for name in {*texts, *found} if texts.get(name) != found.get(name))


def read_library(path: Path) -> dict[str, Any]:
    """Read one TOML file and refuse keys that mean nothing."""
    data = parse(path.read_text(encoding="utf-8"))
    _refuse_unknown(data, FILE_KEYS | set(ROLES), path.name)
    for stream in data.get("streams", {}).values():
        _refuse_unknown(stream, STREAM_KEYS, path.name)
    return data


def compile_files(folder: Path) -> dict[str, dict[str, Any]]:
    """The facts of each file of a folder, and the index of all."""
    read = {path.stem: read_library(path) for path in sorted(folder.glob("*.toml"))}
    streams: dict[str, Any] = {}
    for data in read.values():
        streams.update(data.get("streams", {}))
    feeds = {name: stream.pop("feeds", ()) for name, stream in streams.items()}
    parts = {stem: _part(data, f"{stem}.toml", feeds) for stem, data in read.items()}
    return {**parts, INDEX: {**_index(parts), "streams": streams}}


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


def _part(
    data: Mapping[str, Any], file: str, feeds: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """One file as facts, and where the facts of names, traits and methods stand among them."""
    facts: list[dict[str, Any]] = []
    names: dict[str, list[int]] = {}
    traits: dict[str, list[int]] = {}
    methods: dict[str, set[str]] = {}
    for fact, members in groups(data, file):
        _feed(fact, feeds)
        for name in members:
            table = traits if fact["role"] in TRAITS else names
            table.setdefault(name, []).append(len(facts))
            if fact.get("method"):
                methods.setdefault(name.rpartition(".")[2], set()).add(name)
        facts.append(fact)
    return {
        "facts": facts,
        "names": names,
        "traits": traits,
        "methods": {bare: sorted(full) for bare, full in methods.items()},
        "aliases": data.get("aliases", {}),
        "returns": _types(data.get("types", {})),
    }


def _index(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Which files speak of a package or of a method, and what is asked for without a name."""
    packages: dict[str, set[str]] = {}
    methods: dict[str, set[str]] = {}
    seeding: set[str] = set()
    asked: dict[str, dict[str, Any]] = {table: {} for table in ASKED}
    for stem, part in parts.items():
        for table in ("names", "traits", "aliases", "returns"):
            for name in part[table]:
                packages.setdefault(name.partition(".")[0], set()).add(stem)
        for bare in part["methods"]:
            methods.setdefault(bare, set()).add(stem)
        for name, places in (*part["names"].items(), *part["traits"].items()):
            for place in places:
                fact = part["facts"][place]
                _note(asked, name, fact)
                if fact.get("method") and fact["role"] in ("seed", "restore"):
                    seeding.add(name.rpartition(".")[2])
    return {
        "seeding": sorted(seeding),
        "packages": {name: sorted(stems) for name, stems in packages.items()},
        "methods": {bare: sorted(stems) for bare, stems in methods.items()},
        **{
            table: {key: sorted(rows[key], key=_line) for key in rows}
            for table, rows in asked.items()
        },
    }


def _note(asked: Mapping[str, dict[str, Any]], name: str, fact: Mapping[str, Any]) -> None:
    """Keep a fact in the index where it is asked for by something other than its full name."""
    bare = name.rpartition(".")[2]
    if fact["role"] == "switch":
        asked["switches"].setdefault(bare, []).append([name, fact])
    if fact.get("method") and fact.get("telltale"):
        asked["telling"].setdefault(bare, []).append([name, fact])
    if fact["role"] not in TRAITS:
        return
    kept = {"telltales": fact.get("telltale") == "*", "trait_methods": fact.get("method")}
    for table, wanted in kept.items():
        bares = asked[table].setdefault(fact["role"], []) if wanted else [bare]
        bares.extend([bare] if bare not in bares else [])


def _feed(fact: dict[str, Any], feeds: Mapping[str, tuple[str, ...]]) -> None:
    """Who seeds a stream seeds also those that take their unset seeds from it."""
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
    """Types by the name of what returns them; each type is made by its own class.

    The type "*" is the class before the last dot, whatever that is.
    """
    found = {kind: kind for kind in table if kind != "*"}
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
