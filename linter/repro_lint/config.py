"""What the user asks for: the configuration file and the flags, checked and merged."""

from __future__ import annotations

import os

from repro_lint import TYPE_CHECKING
from repro_lint.errors import UserError
from repro_lint.findings import Confidence
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

FILE_NAMES = ("repro-lint.toml", ".repro-lint.toml", "pyproject.toml")
PARSERS = ("auto", "ast", "libcst")
CONFIDENCES = tuple(level.label for level in Confidence)
KINDS = ("", "library")


class Config(Record):
    """Every choice, with its default; `origins` says which file or flag set a value."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    min_confidence: Confidence = Confidence.MEDIUM
    min_score: int | None = None
    exit_zero: bool = False
    preview: bool = False
    parser: str = "auto"
    workers: int = 1
    max_file_bytes: int = 2_000_000
    exclude: tuple[str, ...] = ()
    kind: str = ""
    baseline: str = ""
    origins: tuple[tuple[str, str], ...] = ()

    def origin(self, key: str) -> str:
        """Name the file or flag that set a value; empty for a default."""
        return dict(self.origins).get(key, "")


DEFAULT = Config()


def load(
    root: Path | str,
    flags: Mapping[str, object],
    *,
    file: Path | str | None = None,
    isolated: bool = False,
) -> Config:
    """Merge the defaults, the configuration of a repository, and the flags over it.

    The first of `FILE_NAMES` that speaks of us is the configuration, alone. A file
    that is named is read even where the repository's own is ignored.
    """
    source = os.fspath(file) if file is not None else "" if isolated else find(root)
    config = DEFAULT
    if source:
        values = _read(source, named=file is not None)
        config = _merge(config, values, os.path.basename(source))  # noqa: PTH119
    return _merge(config, flags, "flag")


def find(root: Path | str) -> str:
    """The configuration file of a folder; empty if it has none."""
    for name in FILE_NAMES:
        path = os.path.join(root, name)  # noqa: PTH118  pathlib costs 3 ms of start-up
        if os.path.isfile(path) and (name != "pyproject.toml" or _mentions(path)):  # noqa: PTH113
            return path
    return ""


def check_selectors(config: Config, rules: Mapping[str, str]) -> None:
    """Refuse a selector that is no code, name or prefix of a code; `rules` maps codes to names."""
    per_file = [("per-file-ignores", chosen) for _, chosen in config.per_file_ignores]
    for key, chosen in [("select", config.select), ("ignore", config.ignore), *per_file]:
        for selector in chosen:
            if not any(matches(selector, code, name) for code, name in rules.items()):
                raise _unknown_rule(selector, key, config, rules)


def matches(selector: str, code: str, name: str) -> bool:
    """Tell whether a selector (`RNG001`, `unseeded-draw`, `RNG`, `ALL`) names a rule."""
    return selector in (name, "ALL") or (bool(selector) and code.startswith(selector))


def selected(config: Config, code: str, name: str) -> bool:
    """Tell whether a rule is wanted: the most exact selector decides, a tie is ignored."""
    wanted = _exactness(config.select or ("ALL",), code, name)
    return wanted > _exactness(config.ignore, code, name)


def _exactness(selectors: Iterable[str], code: str, name: str) -> int:
    found = [selector for selector in selectors if matches(selector, code, name)]
    lengths = (0 if s == "ALL" else len(code) if s == name else len(s) for s in found)
    return max(lengths, default=-1)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like the one given; empty where none is."""
    import difflib  # noqa: PLC0415

    by_lower = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint that names the nearest known word, or says where to look."""
    close = nearest(word, known)
    return f"did you mean `{close}`?" if close else otherwise


def _unknown_rule(selector: str, key: str, config: Config, rules: Mapping[str, str]) -> UserError:
    known = [*rules, *rules.values(), *{code[:3] for code in rules}]
    origin = config.origin(key.replace("-", "_"))
    place = f"`--{key}`" if origin == "flag" else f"`{key}` of `{origin}`"
    hint = did_you_mean(selector, known, "`repro-lint rules` lists every rule")
    return UserError(f"unknown rule `{selector}` in {place}", hint)


def _mentions(path: str) -> bool:
    """Spare the TOML parser where a project file does not speak of us."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return b"repro-lint" in file.read()
    except OSError:
        return False


def _read(path: str, *, named: bool) -> dict[str, object]:
    """The table of a file that is for us, its keys with underscores."""
    whole = _parse(path)
    table: object = whole
    name = os.path.basename(path)  # noqa: PTH119
    if name == "pyproject.toml":
        tool = whole.get("tool")
        table = tool.get("repro-lint", {}) if isinstance(tool, dict) else {}
        if named and not table:
            message = f"`{path}` has no `[tool.repro-lint]` table"
            raise UserError(message, "add the table, or leave out `--config`")
    if not isinstance(table, dict):
        message = f"`tool.repro-lint` in `{name}` must be a table"
        raise UserError(message, "write `[tool.repro-lint]` and one key a line below it")
    return {_key(key, name): value for key, value in table.items()}


def _parse(path: str) -> dict[str, object]:
    from repro_lint.toml import parse  # noqa: PLC0415

    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return dict(parse(file.read()))
    except OSError as problem:
        reason = (problem.strerror or "unreadable").lower()
        message = f"cannot read configuration `{path}`: {reason}"
        raise UserError(message, "check the path given to `--config`") from problem
    except ValueError as problem:
        message = f"`{path}` is not valid TOML: {_one_line(str(problem))}"
        raise UserError(message, "mend the file, or pass `--isolated` to ignore it") from problem


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].lower() + text[1:]


def _key(written: str, file: str) -> str:
    key = written.replace("-", "_")
    if key in _READERS and "_" not in written:
        return key
    message = f"unknown key `{written}` in `{file}`"
    keys = [name.replace("_", "-") for name in sorted(_READERS)]
    raise UserError(message, did_you_mean(written, keys, f"known keys: {', '.join(keys)}"))


def _merge(config: Config, values: Mapping[str, object], origin: str) -> Config:
    """Lay values over a configuration, each checked for its type."""
    checked: dict[str, object] = {}
    for key, value in values.items():
        expected, read = _READERS[key]
        found = read(value)
        if found is None:
            raise _wrong_type(key, value, expected, origin)
        checked[key] = found
    origins = {**dict(config.origins), **dict.fromkeys(checked, origin)}
    return config._replace(**checked, origins=tuple(sorted(origins.items())))  # type: ignore[arg-type]


def _wrong_type(key: str, value: object, expected: str, origin: str) -> UserError:
    name = key.replace("_", "-")
    place = f"`--{name}`" if origin == "flag" else f"`{name}` in `{origin}`"
    shown = value if isinstance(value, str) else repr(value)
    hint = did_you_mean(value, _CHOICES.get(key, ()), "") if isinstance(value, str) else ""
    example = _EXAMPLES[key]
    written = f"--{name} {example.strip('[]')}" if origin == "flag" else f"{name} = {example}"
    hint = hint or f"for example `{written}`"
    return UserError(f"{place} must be {expected}, not `{shown}`", hint)


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _table_of_strings(value: object) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, dict):
        return None
    read = [(str(pattern), _strings(codes)) for pattern, codes in sorted(value.items())]
    kept = tuple((pattern, codes) for pattern, codes in read if codes is not None)
    return kept if len(kept) == len(read) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(least: int, most: int) -> Callable[[object], int | None]:
    def read(value: object) -> int | None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value if whole and least <= value <= most else None  # type: ignore[operator,return-value]

    return read


def _one_of(choices: Sequence[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and value in choices else None


def _path(value: object) -> str | None:
    return value if isinstance(value, str) and "\0" not in value else None


def _confidence(value: object) -> Confidence | None:
    if isinstance(value, str) and value in CONFIDENCES:
        return Confidence[value.upper()]
    return None


_MANY = 1_000_000_000
_Reader = tuple[str, "Callable[[object], object]"]
_READERS: dict[str, _Reader] = {
    "select": ("a list of rules", _strings),
    "ignore": ("a list of rules", _strings),
    "per_file_ignores": ("a table of patterns, each with a list of rules", _table_of_strings),
    "min_confidence": (f"one of {', '.join(CONFIDENCES)}", _confidence),
    "min_score": ("a whole number from 0 to 100", _number(0, 100)),
    "exit_zero": ("true or false", _truth),
    "preview": ("true or false", _truth),
    "parser": (f"one of {', '.join(PARSERS)}", _one_of(PARSERS)),
    "workers": ("a whole number from 1 to 64", _number(1, 64)),
    "max_file_bytes": ("a whole number of bytes, at least 1", _number(1, _MANY)),
    "exclude": ("a list of patterns", _strings),
    "kind": ("`library`, or empty", _one_of(KINDS)),
    "baseline": ("a path", _path),
}
_CHOICES = {"min_confidence": CONFIDENCES, "parser": PARSERS, "kind": ("library",)}
_EXAMPLES = {
    "select": '["RNG", "SKL001"]',
    "ignore": '["DEP003"]',
    "per_file_ignores": '{ "tests/*" = ["RNG"] }',
    "min_confidence": '"medium"',
    "min_score": "80",
    "exit_zero": "true",
    "preview": "true",
    "parser": '"auto"',
    "workers": "2",
    "max_file_bytes": "2000000",
    "exclude": '["third_party/"]',
    "kind": '"library"',
    "baseline": '"baseline.json"',
}
