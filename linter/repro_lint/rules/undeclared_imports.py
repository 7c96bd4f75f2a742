"""Is each package that the code imports declared in a file that installs it."""

from __future__ import annotations

import re
from functools import cache, cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.flow.entries import NO_SCRIPT, TEST_PATH
from repro_lint.knowledge.load import compiled
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.dependencies.names import Place as At
from repro_lint.repository.dependencies.names import from_text, normalise
from repro_lint.repository.installs import read_install
from repro_lint.repository.shell import Script, read_commands
from repro_lint.repository.submodules import submodules
from repro_lint.rules.base import Rule
from repro_lint.rules.dependencies import STANDARD, TESTING, lists_packages, own_names
from repro_lint.syntax.index import Bind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from repro_lint.findings import Finding
    from repro_lint.repository.dependencies.records import DependencyFile
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import ModuleIndex

_ASIDE = pattern(
    r"(^|/)(docs?|documentation|examples?|tutorials?|benchmarks?|contrib|projects?|recipes|"
    r"guides?|demos?|notebooks?|scripts?|tools|dev_?\w*|\.\w+)/"
)
_SHORTEST = 3
_SHOWN = 3


class Distributions(Record):
    """What is known of packages: who gives a module, what hosts, kernels and packages bring."""

    imports: Mapping[str, tuple[str, ...]]
    hosts: frozenset[str]
    kernels: frozenset[str]
    brings: Mapping[str, tuple[str, ...]]


@cache
def distributions() -> Distributions:
    """What the table of this version says."""
    data = compiled("distributions")
    return Distributions(
        {name: tuple(given) for name, given in data["imports"].items()},
        frozenset(data["hosts"]["modules"]),
        frozenset(data["kernels"]["modules"]),
        {name: tuple(given) for name, given in data["brings"].items()},
    )


class UndeclaredImport(Rule):
    """The code imports a package that no file installs."""

    code = "DEP005"
    name = "undeclared-import"
    severity = Severity.HIGH
    remedy = "declare each package that the code imports"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where packages are declared at all: else `missing-dependency-file` says so."""
        return bool(context.modules) and lists_packages(context)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each package that is missing; those of examples and notebooks in one finding."""
        search = _Search(context)
        found: dict[tuple[str, str], list[Location]] = {}
        for path, index in context.modules.items():
            if _is_judged(path):
                home = search.home(path)
                for head, line in sorted(search.undeclared(path, index)):
                    place = search.place(path, line, head)
                    found.setdefault((home, head), []).append(place)
        aside: dict[str, dict[str, list[Location]]] = {}
        for (home, head), places in sorted(found.items()):
            if all(_is_aside(place.path) for place in places):
                aside.setdefault(home, {})[head] = sorted(places)
            else:
                yield self._of(home, head, places)
        for home, heads in aside.items():
            yield self._of_aside(context, home, heads)

    def _of(self, home: str, head: str, places: list[Location]) -> Finding:
        places = sorted(places, key=lambda place: (_is_aside(place.path), place))
        finding = self.at(
            places[0],
            f"`{head}`{_hint(head)} is imported, and no dependency file declares it",
            confidence=_confidence([head]),
            group=f"{home}:{head}",
        )
        return finding._replace(sites=tuple(places) if len(places) > 1 else ())

    def _of_aside(self, context: Context, home: str, heads: dict[str, list[Location]]) -> Finding:
        """One finding for what only examples, tools and notebooks import."""
        places = sorted(place for found in heads.values() for place in found)
        shown = ", ".join(f"`{head}`{_hint(head)}" for head in list(heads)[:_SHOWN])
        more = f" and {len(heads) - _SHOWN} more" if len(heads) > _SHOWN else ""
        verb = "is" if len(heads) == 1 else "are"
        library = context.manifests.dependencies.library.is_library
        finding = self.at(
            places[0],
            f"{shown}{more} {verb} imported beside the main code, and no dependency file declares "
            f"{'it' if len(heads) == 1 else 'them'}",
            severity=Severity.LOW if library else Severity.MEDIUM,
            confidence=_confidence(list(heads)),
            group=f"{home}:",
        )
        return finding._replace(sites=tuple(places) if len(places) > 1 else ())


def _hint(head: str) -> str:
    known = distributions().imports.get(head)
    return f" (of the package `{known[0]}`)" if known and known[0] != normalise(head) else ""


def _confidence(heads: list[str]) -> Confidence:
    """High where the table knows who gives a module: else the name may be another's."""
    known = distributions()
    brought = {name for names in known.brings.values() for name in names} | known.brings.keys()
    sure = any(head in known.imports or normalise(head) in brought for head in heads)
    return Confidence.HIGH if sure else Confidence.MEDIUM


class _Search:
    """Looks imports up among what is declared for the project that a module is in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        folders = (folder.rpartition("/")[2] for folder in submodules(context.repository))
        self._own = own_names(context) | frozenset(folders)
        self._declared: dict[str, frozenset[str] | None] = {}
        self._installed = frozenset(_installed(context))

    def home(self, path: str) -> str:
        """The project that a module is in."""
        return self._context.repository.projects.whole(path.rpartition("/")[0])

    def undeclared(self, path: str, index: ModuleIndex) -> Iterator[tuple[str, int]]:
        """The packages that a module imports whenever it is imported, and nobody declares."""
        declared = self._of_project(self.home(path))
        if declared is None:
            return
        seen = set()
        for module, line in _unconditional(index):
            head = module.partition(".")[0]
            if not head or head in seen or head in STANDARD or head in TESTING:
                continue
            seen.add(head)
            if path.endswith(".ipynb") and head in distributions().kernels:
                continue
            local = head in self._own or self._context.program.table.find(path, module)
            if local or _is_declared(head, declared) or head in self._built:
                continue
            if not self._is_optional(path):
                yield head, line

    @cached_property
    def _built(self) -> frozenset[str]:
        """The words in the texts of `setup.py` files, extension modules among them."""
        texts = (
            self._context.repository.text(path) or ""
            for path in self._context.repository.paths
            if path.rpartition("/")[2] == "setup.py"
        )
        found = (re.findall(r"[\"'](?:[\w.]*\.)?(\w+)[\"']", text) for text in texts)
        return frozenset(word for words in found for word in words)

    def _is_optional(self, path: str) -> bool:
        """Tell whether others import a module only inside of `try` or a function."""
        return path not in self._certain

    @cached_property
    def _certain(self) -> frozenset[str]:
        """The modules that nobody imports, and those that they import whatever happens."""
        always, imported = self._edges()
        waiting = sorted(set(self._context.modules) - imported)
        found = set(waiting)
        while waiting:
            for other in always.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def _edges(self) -> tuple[Mapping[str, list[str]], set[str]]:
        """What each module imports whatever happens, and all that any imports."""
        find, always, imported = (
            self._context.program.table.find,
            dict[str, list[str]](),
            set[str](),
        )
        components = self._context.program.table.components
        for path, index in self._context.modules.items():
            if TEST_PATH.search(path):
                continue
            certain = set(_unconditional_places(index))
            for place, entry in enumerate(index.imports):
                head = entry.module.partition(".")[0]
                if head and head not in components:
                    continue
                dot = "" if entry.module.endswith(".") else "."
                for dotted in (entry.module, f"{entry.module}{dot}{entry.member}"):
                    other = find(path, dotted)
                    if other and other != path:
                        imported.add(other)
                        always.setdefault(path, []).extend([other] if place in certain else [])
        return always, imported

    def place(self, path: str, line: int, head: str) -> Location:
        """Where the name stands that is imported."""
        source = self._context.repository.source(path)
        text = source.line(line) if source else ""
        match = re.search(rf"\b{re.escape(head)}\b", text)
        start, end = match.span() if match else (0, len(text))
        return source.place((line, start + 1, line, end + 1)) if source else Location(path, line)

    def _of_project(self, home: str) -> frozenset[str] | None:
        """The packages that files of a project declare; None where code makes the list."""
        if home not in self._declared:
            self._declared[home] = self._gather(home)
        return self._declared[home]

    def _gather(self, home: str) -> frozenset[str] | None:
        dependencies = self._context.manifests.dependencies
        files = [file for file in dependencies.files if self._serves(file.path, home)]
        locks = [lock for lock in dependencies.locks if self._serves(lock.path, home)]
        if not any(file.requirements for file in files) and not locks:
            return None
        if any(not lock.packages for lock in locks) or _is_hidden(files):
            return None
        if any(not r.name and r.pin != "path" for file in files for r in file.requirements):
            return None
        names = {r.name for file in files for r in file.requirements}
        names |= {package.name for lock in locks for package in lock.packages}
        return frozenset(_with_brought(names | self._installed))

    def _serves(self, path: str, home: str) -> bool:
        """Tell whether a file declares for a project: it is in it, or above."""
        own = self._context.repository.projects.whole(path.rpartition("/")[0])
        return own in (home, "")


def _is_hidden(files: list[DependencyFile]) -> bool:
    """Tell whether code makes the list of packages, and no file that it may read is here."""
    dynamic = [file for file in files if file.is_dynamic and not file.includes]
    listed = any(file.requirements for file in files if file.format in ("requirements", "conda"))
    return bool(dynamic) and not listed


def _is_judged(path: str) -> bool:
    name = path.rpartition("/")[2]
    aside = re.search(r"(^|/)(docs?|\.\w+)/", path)
    return not (aside or TEST_PATH.search(path) or name in NO_SCRIPT)


def _is_aside(path: str) -> bool:
    return _ASIDE.search(path) is not None or path.endswith(".ipynb")


def _unconditional(index: ModuleIndex) -> Iterator[tuple[str, int]]:
    """The modules of others that run with the body of a module, whatever is tested or tried."""
    for place in _unconditional_places(index):
        entry = index.imports[place]
        if not entry.module.startswith("."):
            yield entry.module, entry.line


def _unconditional_places(index: ModuleIndex) -> Iterator[int]:
    for operation in index.functions[0].body if index.functions else ():
        if isinstance(operation, Bind):
            yield from (place for place in operation.imports if not index.imports[place].optional)


def _is_declared(head: str, declared: frozenset[str]) -> bool:
    """Tell whether a package that is declared gives a module, as far as names tell."""
    known = distributions()
    if head in known.hosts or head.startswith("_"):
        return True
    if not declared.isdisjoint(known.imports.get(head, ())):
        return True
    name = normalise(head)
    if name in declared:
        return True
    if head in known.imports:
        return False
    bare = name.replace("-", "")
    return len(bare) >= _SHORTEST and any(bare in other.replace("-", "") for other in declared)


def _with_brought(names: set[str]) -> set[str]:
    """Packages and what they surely bring."""
    brings = distributions().brings
    found, waiting = set(names), sorted(names)
    while waiting:
        for other in brings.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _installed(context: Context) -> Iterator[str]:
    """The packages that commands of documents, workflows, images and notebooks install."""
    manifests = context.manifests
    commands = list(manifests.commands)
    for file in manifests.container_files:
        for step in file.of("RUN"):
            script = Script(step.text, file.path, step.line, "container")
            commands.extend(read_commands(context.repository, script))
    for path in context.repository.notebook_paths:
        notebook = context.repository.notebook(path)
        for command in notebook.commands if notebook else ():
            script = Script(command.text.lstrip("%"), path, command.line, "notebook")
            commands.extend(read_commands(context.repository, script))
    installs = filter(None, map(read_install, commands))
    for install in installs:
        yield from _names(install.packages)


def _names(packages: Iterable[str]) -> Iterator[str]:
    for word in packages:
        bare = word.rpartition("::")[2]
        found = from_text(bare, At("", 0)) if "$" not in bare else None
        yield found.name if found else normalise(re.split(r"[=<>!~\[ ]", bare)[0])


RULES: tuple[type[Rule], ...] = (UndeclaredImport,)
