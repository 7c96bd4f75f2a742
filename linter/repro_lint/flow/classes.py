"""The classes of a program: their bases in order of resolution, and those that derive from them."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Compound, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Value

LONGEST_LINE = 64
MOST_DERIVED = 64


class Classes:
    """Bases, derived classes and methods of the classes of a program."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._lines: dict[tuple[str, int], tuple[Target, ...]] = {}
        self._members: dict[str, dict[int, list[int]]] = {}

    def line(self, holder: Target) -> tuple[Target, ...]:
        """A class and its bases in the order in which methods are looked for."""
        key = (holder.path, holder.place)
        found = self._lines.get(key)
        if found is None:
            for ready in self.bases_first(holder):
                self._lines[(ready.path, ready.place)] = self.linear(ready)
            found = self._lines[key]
        return found

    def bases_first(self, holder: Target) -> Iterator[Target]:
        """The class and its unknown bases, each after its own; no recursion, cycles are cut."""
        seen = {holder}
        waiting = [(holder, iter(self.bases(holder)))]
        while waiting:
            current, bases = waiting[-1]
            for base in bases:
                known = base.kind != "class" or (base.path, base.place) in self._lines
                if not known and base not in seen:
                    seen.add(base)
                    waiting.append((base, iter(self.bases(base))))
                    break
            else:
                waiting.pop()
                yield current

    def linear(self, holder: Target) -> tuple[Target, ...]:
        """Merge the lines of the bases, as C3 does; the first head is taken where none fits."""
        bases = [base for base in self.bases(holder) if base != holder]
        lines = [list(self.known_line(base)) for base in bases]
        if len(lines) == 1:
            return (holder, *lines[0])[:LONGEST_LINE]
        lines.append(list(bases))
        found = [holder]
        while any(lines) and len(found) < LONGEST_LINE:
            lines = [line for line in lines if line]
            heads = [line[0] for line in lines]
            fitting = (h for h in heads if not any(h in line[1:] for line in lines))
            taken = next(fitting, heads[0])
            if taken not in found:
                found.append(taken)
            lines = [[entry for entry in line if entry != taken] for line in lines]
        return tuple(found)

    def known_line(self, base: Target) -> tuple[Target, ...]:
        """The line of a base, only itself where it is a library's or part of a cycle."""
        return self._lines.get((base.path, base.place)) or (base,)

    def bases(self, holder: Target) -> list[Target]:
        """The bases of a class that are known."""
        program = self.program
        record = program.function(holder)
        found = [program.base_class(holder, plain(base)) for base in record.bases]
        return [base for base in found if base is not None and base.kind in ("class", "library")]

    def method(self, holder: Target, name: str) -> Target | None:
        """A method of a class or of its bases.

        A library's base gives the name of its method where something is known of it.
        """
        line = self.line(holder)
        for owner in line:
            if owner.kind == "class":
                found = self.own_method(owner, name)
                if found is not None:
                    return found
        for owner in line:
            dotted = f"{owner.dotted}.{name}" if owner.kind == "library" else ""
            if dotted and (knowledge().all_rows(dotted) or knowledge().returns(dotted)):
                return Target("library", dotted=dotted)
        return None

    def above(self, holder: Target, name: str, own: Target | None = None) -> Target | None:
        """What `super().name` means in a class, for an object of class `own`.

        Where no class of the repository defines it, a library's base does.
        """
        line = self.line(own or holder)
        later = line[line.index(holder) + 1 :] if holder in line else ()
        for owner in later:
            if owner.kind == "class":
                found = self.own_method(owner, name)
                if found is not None:
                    return found
        libraries = [owner.dotted for owner in later if owner.kind == "library"]
        known = [dotted for dotted in libraries if knowledge().all_rows(f"{dotted}.{name}")]
        if known or libraries:
            return Target("library", dotted=f"{(known or libraries)[0]}.{name}")
        bases = (len(self.program.function(c).bases) == len(self.bases(c)) for c in line)
        return Target("library", dotted=f"builtins.object.{name}") if all(bases) else None

    def own_method(self, holder: Target, name: str) -> Target | None:
        """A method that the body of a class defines itself."""
        functions = self.program.modules[holder.path].functions
        place = self.program.definitions[holder.path].get(f"{functions[holder.place].name}.{name}")
        return None if place is None else Target(functions[place].kind, holder.path, place)

    def methods_of(self, holder: Target) -> list[int]:
        """The places of the functions in the body of a class."""
        found = self._members.get(holder.path)
        if found is None:
            found = self._members[holder.path] = {}
            for place, record in enumerate(self.program.modules[holder.path].functions):
                if record.kind == "function":
                    found.setdefault(record.parent, []).append(place)
        return found.get(holder.place, [])

    def library_bases(self, holder: Target) -> tuple[str, ...]:
        """The qualified names of a library's classes that a class descends from."""
        return tuple(base.dotted for base in self.line(holder) if base.kind == "library")

    @cached_property
    def derived(self) -> Mapping[tuple[str, int], tuple[Target, ...]]:
        """For each class that has some, the classes that name it as a base."""
        found: dict[tuple[str, int], list[Target]] = {}
        for path, index in self.program.modules.items():
            for place, record in enumerate(index.functions):
                if record.kind == "class" and record.bases:
                    holder = Target("class", path, place)
                    for base in self.bases(holder):
                        if base.kind == "class" and base != holder:
                            found.setdefault((base.path, base.place), []).append(holder)
        return {key: tuple(classes) for key, classes in found.items()}

    def all_derived(self, holder: Target) -> tuple[Target, ...]:
        """The classes that descend from a class, however far, itself excluded; at most 64."""
        found: dict[Target, None] = {}
        waiting = [holder]
        while waiting and len(found) < MOST_DERIVED:
            current = waiting.pop()
            for other in self.derived.get((current.path, current.place), ()):
                if other not in found and other != holder:
                    found[other] = None
                    waiting.append(other)
        return tuple(found)

    @cached_property
    def methods_named(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """The methods of all classes, as path and place, by their bare name."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path, known in self.program.definitions.items():
            functions = self.program.modules[path].functions
            for name, place in known.items():
                record = functions[place]
                if record.kind == "function" and functions[record.parent].kind == "class":
                    found.setdefault(name.rpartition(".")[2], []).append((path, place))
        return {name: tuple(methods) for name, methods in found.items()}


def plain(base: Value) -> Value:
    """A base without its type parameters: `Base` for `Base[int]`."""
    if isinstance(base, Compound) and base.kind == "Subscript" and isinstance(base.parts[0], Name):
        return base.parts[0]
    return base
