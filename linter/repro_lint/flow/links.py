"""How modules hang together: what each imports, what a run reaches, and where runs begin."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import chain

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import ancestors, folder_of, is_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.modules import ModuleTable
    from repro_lint.repository.dependencies.records import Dependencies
    from repro_lint.repository.files import Repository
    from repro_lint.repository.manifests import Manifests
    from repro_lint.syntax.index import ModuleIndex

    class Stated(Protocol):
        """A record that a file holds."""

        @property
        def path(self) -> str:
            """The file."""


class Links:
    """The part of a program that knows its imports and entries; only that derives from it."""

    modules: Mapping[str, ModuleIndex]
    table: ModuleTable
    repository: Repository
    manifests: Manifests | None
    _companions: dict[tuple[str, str], frozenset[str]]
    _beside: dict[str, frozenset[str]]
    _by_module: dict[str, dict[str, list[int]]]
    _files: dict[str, tuple[str, ...]]
    _dependencies: dict[str, Dependencies]

    @cached_property
    def callees(self) -> Mapping[tuple[str, str], list[tuple[str, int]]]:
        """The calls of all modules, as path and place, by target and name of the callee.

        There are ten times as many calls as callees, so questions are put to these.
        """
        found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for path, index in self.modules.items():
            for place, call in enumerate(index.calls):
                key = (call.target, call.name)
                if key in found:
                    found[key].append((path, place))
                else:
                    found[key] = [(path, place)]
        return found

    @cached_property
    def calls_named(self) -> Mapping[str, list[tuple[str, int]]]:
        """The calls of all modules by the last part of the callee, sorted."""
        found: dict[str, list[list[tuple[str, int]]]] = {}
        for (_, name), calls in self.callees.items():
            found.setdefault(name.rpartition(".")[2], []).append(calls)
        # The calls of one callee are sorted already.
        return {
            name: groups[0] if len(groups) == 1 else sorted(chain.from_iterable(groups))
            for name, groups in found.items()
        }

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Where runs begin, sorted by path."""
        from repro_lint.flow.entries import find_entries  # noqa: PLC0415  it asks the program

        return find_entries(self)  # type: ignore[arg-type]

    @cached_property
    def started(self) -> Mapping[str, tuple[int, ...]]:
        """The functions, by place, that console scripts run after their modules."""
        found: dict[str, tuple[int, ...]] = {}
        for entry in self.entries:
            if entry.function:
                found[entry.path] = (*found.get(entry.path, ()), entry.function)
        return found

    @cached_property
    def test_entries(self) -> tuple[Entry, ...]:
        """The modules that pytest runs, sorted by path."""
        from repro_lint.flow.entries import find_test_entries  # noqa: PLC0415  it asks the program

        return find_test_entries(self)  # type: ignore[arg-type]

    @cached_property
    def imported_paths(self) -> Mapping[str, frozenset[str]]:
        """For each module the modules of the repository that it imports, itself excluded."""
        return {path: frozenset(self.imports_of(path)) for path in self.modules}

    @cached_property
    def imported_somewhere(self) -> frozenset[str]:
        """The modules that another one imports."""
        return frozenset().union(*self.imported_paths.values())

    @cached_property
    def imported_by_code(self) -> frozenset[str]:
        """The modules that another one imports which holds no tests."""
        from repro_lint.flow.entries import TEST_PATH  # noqa: PLC0415  it asks the program

        others = self.imported_paths.items()
        return frozenset().union(*(found for path, found in others if not TEST_PATH.search(path)))

    @cached_property
    def computes(self) -> bool:
        """Whether a module imports a library of numbers."""
        from repro_lint.flow.entries import computes  # noqa: PLC0415  it asks the program

        return computes(self)  # type: ignore[arg-type]

    @cached_property
    def training_modules(self) -> frozenset[str]:
        """The modules with a call that trains."""
        from repro_lint.flow.entries import training_modules  # noqa: PLC0415  it asks the program

        return training_modules(self)  # type: ignore[arg-type]

    def imports_of(self, path: str) -> set[str]:
        """The modules that one module imports."""
        found = set()
        for entry in self.modules[path].imports:
            found.add(self.table.find(path, entry.module))
            if entry.member and entry.member != "*":
                dot = "" if entry.module.endswith(".") else "."
                found.add(self.table.find(path, entry.module + dot + entry.member))
        found.update(self.imported_by_name.get(path, ()))
        return found - {"", path}

    @cached_property
    def imported_by_name(self) -> Mapping[str, frozenset[str]]:
        """For each module those that `importlib.import_module` gets it, as far as text tells."""
        from repro_lint.flow.dynamic import named_modules  # noqa: PLC0415  few programs need it

        calls = [
            call
            for (target, _), places in self.callees.items()
            if target == "importlib.import_module"
            for call in places
        ]
        found: dict[str, set[str]] = {}
        for path, place in calls:
            given = self.modules[path].calls[place].arguments
            modules = named_modules(self.table, path, given[0]) if given else ()
            found.setdefault(path, set()).update(modules)
        return {path: frozenset(modules) for path, modules in found.items()}

    @cached_property
    def reached(self) -> Mapping[str, frozenset[str]]:
        """For each entry the paths of all modules that its run imports, its own included."""
        return {entry.path: frozenset(self.closure(entry.path)) for entry in self.entries}

    def closure(self, path: str) -> set[str]:
        """A module and all that it imports, directly or not."""
        found, waiting = {path}, [path]
        while waiting:
            for other in self.imported_paths[waiting.pop()]:
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def entries_reaching(self, path: str) -> tuple[Entry, ...]:
        """The entries whose run imports a module."""
        return self.reaching.get(path, ())

    def entries_among(self, paths: frozenset[str]) -> Iterator[Entry]:
        """The entries that are some modules, sorted by path."""
        for path in sorted(paths & self.reached.keys()):
            yield from (entry for entry in self.reaching[path] if entry.path == path)

    @cached_property
    def reaching(self) -> Mapping[str, tuple[Entry, ...]]:
        """For each module the entries whose run imports it, sorted by path."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for path in self.reached[entry.path]:
                found.setdefault(path, []).append(entry)
        return {path: tuple(entries) for path, entries in found.items()}

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """For each module all that imports link it with, in either direction, itself included."""
        return groups_of(self.imported_paths)

    def companions(self, path: str) -> frozenset[str]:
        """The modules of the project of a module, and those that imports link with it."""
        found = self._beside.get(path)
        if found is None:
            root = self.table.whole_project(folder_of(path))
            group = self.groups[path]
            key = (root, min(group))
            if key not in self._companions:
                self._companions[key] = group.union(below(self.sorted_modules, root))
            found = self._beside[path] = self._companions[key]
        return found

    @cached_property
    def sorted_modules(self) -> tuple[str, ...]:
        """The paths of all modules, sorted."""
        return tuple(sorted(self.modules))

    def calls_beside(self, path: str, name: str) -> Iterator[tuple[str, int]]:
        """The calls of a bare name in the project of a module, sorted."""
        named = self.calls_by_module(name)
        if named:
            beside = self.companions(path)
            fewer = beside if len(beside) < len(named) else named
            for other in sorted(fewer):
                if other in beside:
                    for place in named.get(other, ()):
                        yield other, place

    def calls_by_module(self, name: str) -> Mapping[str, list[int]]:
        """The places of the calls of a bare name, for each module."""
        found = self._by_module.get(name)
        if found is None:
            found = self._by_module[name] = {}
            for path, place in self.calls_named.get(name, ()):
                found.setdefault(path, []).append(place)
        return found

    def files_beside(self, path: str) -> tuple[str, ...]:
        """The files of the project of a module, and those that lie in the folders around it."""
        root = self.table.whole_project(folder_of(path))
        found = self._files.get(root)
        if found is None:
            around = [self.files_in.get(folder, ()) for folder in ancestors(root)]
            inside = below(self.repository.paths, root)
            found = self._files[root] = (*inside, *(file for files in around for file in files))
        return found

    @cached_property
    def files_in(self) -> Mapping[str, list[str]]:
        """The files that lie in each folder itself."""
        found: dict[str, list[str]] = {}
        for file in self.repository.paths:
            found.setdefault(folder_of(file), []).append(file)
        return found

    def dependencies_of(self, path: str) -> Dependencies:
        """What the project of a module declares; where that is silent, what one around it says.

        Packages and versions of Python are looked for each by itself.
        """
        folder = self.table.project(folder_of(path))
        found = self._dependencies.get(folder)
        if found is None and self.manifests is not None:
            said = self.manifests.dependencies
            packages = self.nearest(folder, (*said.files, *said.locks))
            found = self._dependencies[folder] = said._replace(
                files=tuple([file for file in said.files if file.path in packages]),
                locks=tuple([lock for lock in said.locks if lock.path in packages]),
                pythons=tuple(
                    [p for p in said.pythons if p.path in self.nearest(folder, said.pythons)]
                ),
            )
        if found is None:
            from repro_lint.repository.dependencies.records import (  # noqa: PLC0415  seldom needed
                Dependencies,
            )

            return Dependencies()
        return found

    def nearest(self, folder: str, records: Iterable[Stated]) -> frozenset[str]:
        """The paths of the records below a project, else of those that a folder around it has."""
        paths = {record.path for record in records}
        inside = [path for path in paths if is_below(path, folder)]
        for outer in () if inside else ancestors(folder):
            inside = [path for path in paths if self.table.project(folder_of(path)) == outer]
            if inside:
                break
        return frozenset(inside)

    def neighbours(self, path: str) -> frozenset[str]:
        """The modules that imports link a module with; projects beside it are none."""
        return self.groups[path]


def below(paths: Sequence[str], folder: str) -> Sequence[str]:
    """Those of sorted paths that lie in a folder, however deep."""
    if not folder:
        return paths
    # "0" is what follows "/".
    return paths[bisect_left(paths, folder + "/") : bisect_left(paths, folder + "0")]


def groups_of(links: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The sets of modules that links connect, by each of their members."""
    near: dict[str, set[str]] = {path: set(others) for path, others in links.items()}
    for path, others in links.items():
        for other in others:
            near[other].add(path)
    found: dict[str, frozenset[str]] = {}
    for path in links:
        if path in found:
            continue
        group, waiting = {path}, [path]
        while waiting:
            new = near[waiting.pop()] - group
            group |= new
            waiting.extend(new)
        found.update(dict.fromkeys(group, frozenset(group)))
    return found
