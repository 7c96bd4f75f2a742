"""Reads `setup.py` without running it, and `setup.cfg`."""

from __future__ import annotations

import ast
import configparser
import re
import warnings

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.facts import Facts
from repro_lint.repository.dependencies.names import Place, from_text
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import DependencyFile, PythonVersion, Requirement
from repro_lint.repository.dependencies.texts import Lines

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository

_SIGNS = (
    "classifiers", "entry_points", "extras_require", "keywords", "long_description",
    "project_urls", "url",
)  # fmt: skip
_LISTS = ("install_requires", "setup_requires", "tests_require")
_GROUPS = {"install_requires": "runtime", "setup_requires": "build", "tests_require": "test"}


def read_setup(repository: Repository, path: str, kind: str) -> Facts:
    """Read `setup.py` or `setup.cfg`."""
    reader = _read_setup_py if kind == "setup.py" else _read_setup_cfg
    return reader(repository, path)


def _read_setup_cfg(repository: Repository, path: str) -> Facts:
    """Read the metadata and options of `setup.cfg`."""
    text = repository.text(path) or ""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as problem:
        line = getattr(problem, "lineno", None) or 0
        repository.note(path, line, f"not valid INI: {type(problem).__name__}")
        return Facts()
    lines = Lines(text)
    found: list[Requirement] = []
    for section, key, group in _cfg_lists(parser):
        start = lines.entry(section, key)
        for raw in parser.get(section, key).splitlines():
            bare = raw.split(" #")[0].strip()
            parsed = from_text(bare, Place(path, lines.text(bare, start), group)) if bare else None
            found.extend([parsed] if parsed else [])
    files = (
        (DependencyFile(path, "setup.cfg", tuple(found), is_metadata=True),)
        if parser.has_option("options", "install_requires") or found
        else ()
    )
    pythons: tuple[PythonVersion, ...] = ()
    if parser.has_option("options", "python_requires"):
        line = lines.entry("options", "python_requires")
        stated = statement(path, line, parser.get("options", "python_requires"))
        pythons = (stated,) if stated else ()
    signs = tuple(
        f"{key} in {path}" for key in sorted(_SIGNS) if parser.has_option("metadata", key)
    )
    return Facts(files, (), pythons, signs)


def _cfg_lists(parser: configparser.RawConfigParser) -> list[tuple[str, str, str]]:
    """The options that hold requirements: section, key, group."""
    found = [("options", key, _GROUPS[key]) for key in _LISTS if parser.has_option("options", key)]
    if parser.has_section("options.extras_require"):
        extras = sorted(parser.options("options.extras_require"))
        found += [("options.extras_require", extra, extra) for extra in extras]
    return found


def _read_setup_py(repository: Repository, path: str) -> Facts:
    """Read the arguments of the call of `setup` that the text shows."""
    text = repository.text(path) or ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Facts()  # noted by whoever reads the file as Python
    call = _setup_call(tree)
    return _Setup(path, tree, call).read(text) if call else Facts()


def _setup_call(tree: ast.Module) -> ast.Call | None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if "setup" in {name, attribute}:
                return node
    return None


class _Setup:
    """Reads the values that the arguments of one call of `setup` have."""

    def __init__(self, path: str, tree: ast.Module, call: ast.Call) -> None:
        self._path = path
        self._bound = _bindings(tree)
        self._added = _additions(tree)
        self._given = {k.arg: k.value for k in call.keywords if k.arg}
        self._spread = any(k.arg is None for k in call.keywords)
        self._is_dynamic = False

    def read(self, text: str) -> Facts:
        found: list[Requirement] = []
        for key in _LISTS:
            found += self._requirements(self._given.get(key), _GROUPS[key])
        extras = self._resolve(self._given.get("extras_require"))
        for name, value in (*_entries(extras), *self._added_extras()):
            found += self._requirements(value, name)
        declares = "install_requires" in self._given or self._spread or bool(found)
        file = DependencyFile(
            self._path, "setup.py", tuple(found), self._includes(text),
            is_metadata=True, is_dynamic=self._is_dynamic or self._spread,
        )  # fmt: skip
        signs = tuple(f"{key} in {self._path}" for key in sorted(_SIGNS) if key in self._given)
        return Facts((file,) if declares else (), (), self._pythons(), signs)

    def _added_extras(self) -> list[tuple[str, ast.expr]]:
        """The lists that the module adds to its extras one by one."""
        given = self._given.get("extras_require")
        return self._added.get(given.id, []) if isinstance(given, ast.Name) else []

    def _pythons(self) -> tuple[PythonVersion, ...]:
        value = self._resolve(self._given.get("python_requires"))
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            return ()
        stated = statement(self._path, value.lineno, value.value)
        return (stated,) if stated else ()

    def _requirements(self, value: ast.expr | None, group: str) -> list[Requirement]:
        node = self._resolve(value)
        if node is None:
            return []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._requirements(node.left, group) + self._requirements(node.right, group)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._of_text(node, node.value, group)
        if not isinstance(node, ast.List | ast.Tuple):
            self._is_dynamic = True
            return []
        found: list[Requirement] = []
        for item in node.elts:
            found += self._item(item, group)
        return found

    def _item(self, item: ast.expr, group: str) -> list[Requirement]:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            return self._of_text(item, item.value, group)
        if isinstance(item, ast.Starred):
            return self._requirements(item.value, group)
        self._is_dynamic = True
        return []

    def _of_text(self, node: ast.expr, text: str, group: str) -> list[Requirement]:
        found = []
        for offset, line in enumerate(text.splitlines()):
            bare = line.strip()
            parsed = from_text(bare, Place(self._path, node.lineno + offset, group))
            found.extend([parsed] if bare and parsed else [])
        return found

    def _resolve(self, value: ast.expr | None) -> ast.expr | None:
        """Follow a name to the one value that the module gives it."""
        for _ in range(5):
            if not isinstance(value, ast.Name):
                return value
            if value.id not in self._bound:
                self._is_dynamic = True
                return None
            value = self._bound[value.id]
        return None

    def _includes(self, text: str) -> tuple[str, ...]:
        """The requirements files that the text names, if code makes the list."""
        if not self._is_dynamic:
            return ()
        names = sorted(set(re.findall(r"[\"']([\w./-]*requirements[\w./-]*\.txt)[\"']", text)))
        folder = self._path.rpartition("/")[0]
        return tuple(f"{folder}/{name.removeprefix('./')}".lstrip("/") for name in names)


def _entries(value: ast.expr | None) -> list[tuple[str, ast.expr]]:
    """The entries of `{"a": b}` or `dict(a=b)`."""
    if isinstance(value, ast.Dict):
        return [
            (str(key.value) if isinstance(key, ast.Constant) else "extra", item)
            for key, item in zip(value.keys, value.values, strict=True)
        ]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        return [(keyword.arg or "extra", keyword.value) for keyword in value.keywords]
    return []


def _additions(tree: ast.Module) -> dict[str, list[tuple[str, ast.expr]]]:
    """The lists that the module puts into its dictionaries: `extras["plot"] = ["matplotlib"]`."""
    found: dict[str, list[tuple[str, ast.expr]]] = {}
    for node in tree.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.List)):
            continue
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                key = str(target.slice.value) if isinstance(target.slice, ast.Constant) else "extra"
                found.setdefault(target.value.id, []).append((key, node.value))
    return found


def _bindings(tree: ast.Module) -> dict[str, ast.expr]:
    """The names that are bound exactly once at the top of the module."""
    bound: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                twice.update({target.id} & bound.keys())
                bound[target.id] = node.value
    return {name: value for name, value in bound.items() if name not in twice}
