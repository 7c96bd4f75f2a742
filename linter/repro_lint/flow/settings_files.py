"""Reads seeds in configuration files: YAML, JSON and INI, those that a program names."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import ancestors, folder_of, joined
from repro_lint.flow.resolved import SOME, Resolved, Where, literal, optional
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import UNKNOWN, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call

NAMED = pattern(r"\.(ya?ml|json)$")
MOST_FILES = 40
LONGEST = 200_000
MISSING = "???"


class Setting(Record):
    """A value at a dotted key of a file."""

    path: str
    key: tuple[str, ...]
    value: object


class SettingsFiles:
    """The configuration files that modules name; read when asked for."""

    def __init__(self, program: Program) -> None:
        """Keep the program."""
        self.program = program
        self.repository = program.repository
        self._of_module: dict[str, tuple[str, ...]] = {}
        self._settings: dict[str, tuple[Setting, ...]] = {}

    def values(self, paths: frozenset[str], keys: tuple[str, ...]) -> Iterator[Resolved]:
        """What the files that some modules name say of a key."""
        named = {file for path in paths for file in self.of_module(path)}
        for file in sorted(named)[:MOST_FILES]:
            found = fitting(self.settings(file), keys)
            if found is not None:
                yield resolved(found)

    def of_module(self, path: str) -> tuple[str, ...]:
        """The configuration files that the text of a module names, with those they include."""
        known = self._of_module.get(path)
        if known is None:
            found = {} if path not in self.program.modules else dict.fromkeys(self._named(path))
            known = self._of_module[path] = tuple(found)
        return known

    def _named(self, path: str) -> Iterator[str]:
        code = self.repository.code(path)
        if "config" not in code and ".y" not in code and ".json" not in code:
            return
        for call in self.program.modules[path].calls:
            fact = knowledge().trait(call.target, "config") if call.target else None
            if fact is not None:
                yield from self._composed(path, call, call.argument(fact.position, fact.parameter))
                continue
            for value in (*call.arguments, *(value for _, value in call.keywords)):
                name = value.value if isinstance(value, Literal) else None
                if isinstance(name, str) and NAMED.search(name):
                    yield from self._found(path, name)

    def _found(self, path: str, name: str) -> Iterator[str]:
        """The file of a name as seen from a module, or from where it is started."""
        plain = name.removeprefix("./")
        if not plain.startswith(("..", "/")):
            folders = [folder_of(path), *ancestors(folder_of(path))]
            for candidate in dict.fromkeys(joined(folder, plain) for folder in folders):
                if self.repository.exists(candidate):
                    yield candidate
                    return

    def _composed(self, path: str, call: Call, name: object) -> Iterator[str]:
        """The file that Hydra composes a configuration from, and those of its defaults list."""
        folder = call.keyword("config_path")
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            return
        below = folder.value if isinstance(folder, Literal) else ""
        if not isinstance(below, str):
            return
        base = folder_of(path)
        for part in below.split("/"):
            if part == ".." and not base:
                return  # It lies above the repository.
            base = folder_of(base) if part == ".." else base if part == "." else joined(base, part)
        file = joined(base, name.value.removesuffix(".yaml") + ".yaml")
        if self.repository.exists(file):
            yield file
            yield from self._defaults(base, file)

    def _defaults(self, base: str, file: str) -> Iterator[str]:
        """The files of the defaults list of a Hydra file."""
        listed = self._read(file)
        entries = listed.get("defaults") if isinstance(listed, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str) and entry != "_self_":
                candidate = joined(base, entry + ".yaml")
                if self.repository.exists(candidate):
                    yield candidate

    def settings(self, file: str) -> tuple[Setting, ...]:
        """The values of a file that stand at keys with `seed` in them or beside them."""
        known = self._settings.get(file)
        if known is None:
            known = self._settings[file] = tuple(flattened(file, self._read(file)))
        return known

    def _read(self, file: str) -> object:
        """The content of a file as plain values, None if it cannot be read."""
        text = self.repository.text(file) or ""
        if len(text) > LONGEST:
            return None
        if file.endswith(".json"):
            import json  # noqa: PLC0415

            try:
                found: object = json.loads(text)
            except (ValueError, RecursionError):
                return None
            return found
        from repro_lint.repository.yaml_text import UnreadableYaml, load  # noqa: PLC0415

        try:
            return load(text)
        except UnreadableYaml:
            return None


def flattened(file: str, content: object) -> Iterator[Setting]:
    """Each scalar of nested mappings with the keys that lead to it."""
    waiting: list[tuple[tuple[str, ...], object]] = [((), content)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, dict):
            inner = [((*keys, str(key)), each) for key, each in value.items()]
            waiting.extend(reversed(inner))
        elif not isinstance(value, list):
            yield Setting(file, keys, value)


def fitting(settings: tuple[Setting, ...], keys: tuple[str, ...]) -> Setting | None:
    """The setting at some keys: exactly there, else the only one whose keys end so."""
    for setting in settings:
        if setting.key == keys:
            return setting
    for count in range(len(keys)):
        ends = [s for s in settings if s.key[-len(keys) + count :] == keys[count:]]
        if len(ends) == 1:
            return ends[0]
        if ends:
            return None
    return None


def resolved(setting: Setting) -> Resolved:
    """A setting as the default of an option."""
    where = Where(setting.path, 0)
    value = setting.value
    if isinstance(value, str) and (value == MISSING or "${" in value):
        return Resolved("option", SOME if value == MISSING else UNKNOWN, where)
    return optional(literal(value, where))
