"""Follows seeds and draws from each entry point, across functions and files.

Every function gets a summary in terms of `transfer`; summaries are composed along
calls, callees first. What cannot be followed neither draws nor keeps a stream unseeded
if its name says that it seeds, so doubt ends in silence. A `strict` flow makes the
opposite assumptions and tells what is proved.
"""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.callgraph import CallGraph
from repro_lint.flow.candidates import INSTANTIATING
from repro_lint.flow.draws import SHARED, events, is_seeder_name
from repro_lint.flow.modules import folder_of
from repro_lint.flow.outline import Outline
from repro_lint.flow.plans import AS_EXECUTED, Planner, literal_of
from repro_lint.flow.seeding import Seeding, seeded_by_name
from repro_lint.flow.summary import NOTHING, Key, flag_of
from repro_lint.flow.transfer import CONFIGURED, DEFINITE, Exposure, mask, streams
from repro_lint.flow.witness import reached_sites
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Lambda, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.defaults import Defaults
    from repro_lint.flow.draws import Event
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.escapes import Escapes
    from repro_lint.flow.nodes import Callee
    from repro_lint.flow.program import Program
    from repro_lint.flow.summary import Flag, Summary
    from repro_lint.flow.symbols import Symbols
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Function, Value

MOST_VARIANTS = 4
SWITCHES = ("bool", "NoneType")


class Verdict(Record):
    """The draws from one stream that one entry reaches, as open as `level` says."""

    entry: Entry
    stream: str
    exposures: tuple[Exposure, ...]


class SeedFlow:
    """Which draws are seeded when a run gets there."""

    def __init__(self, program: Program, *, strict: bool = False) -> None:
        """Keep the program; summaries are made when asked for."""
        self.program = program
        self.strict = strict
        self.planner = Planner(self)
        self.summaries: dict[Key, Summary] = {}
        self._callees: dict[Key, tuple[Key, ...]] = {}
        self._outlines: dict[Key, Outline] = {}
        self._events: dict[tuple[str, int], tuple[Event, ...]] = {}
        self._dull: dict[tuple[str, str], bool] = {}
        self._variants: dict[tuple[str, int, bool], set[tuple[Flag, ...]]] = {}
        self._imports: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def events(self, path: str, place: int) -> tuple[Event, ...]:
        """What a call does to streams."""
        key = (path, place)
        found = self._events.get(key)
        if found is None:
            known = events(self.program, path, place)
            found = self._events[key] = self.program.estimators.events(path, place, known)
        return found

    def summary(self, path: str, place: int, *, main: bool = False) -> Outline:
        """What a function does from an unknown start; `main` runs the main guard of a module."""
        key = Key(path, place, int(main) if not place else len(self.planner.layers(path, place)))
        return self.outline(key)

    def outline(self, key: Key) -> Outline:
        """The summary of a function as it is run."""
        found = self._outlines.get(key)
        if found is None:
            if key not in self.summaries:
                CallGraph(self).sum_up(key)
            found = self._outlines[key] = Outline(self, key, self.summaries[key])
        return found

    def summary_of(self, key: Key) -> Summary:
        """The summary of a function that is summed up already; callees always are."""
        return self.summaries.get(key, NOTHING)

    def callees(self, key: Key) -> tuple[Key, ...]:
        """The functions that a function may run, as it runs them."""
        known = self._callees.get(key)
        if known is None:
            known = self._callees[key] = self.search_callees(key)
        return known

    def search_callees(self, key: Key) -> tuple[Key, ...]:
        """Find the callees of a function without asking the kept answers."""
        plan = self.planner.plan_of(key)
        known = self.known_flags(key)
        found = [self.key(callee, known) for callee in plan.callees]
        found += [self.key(callee, {}) for callee in plan.within]
        inner = self.planner.wrapped(key)
        if inner is not None:
            found.append(inner)
        return tuple(dict.fromkeys(found))

    def key(self, callee: Callee, known: Mapping[Value, object]) -> Key:
        """A function as a call runs it, with the flags that the call gives."""
        flags = self.planner.flags(callee.path, callee.place)
        key = Key(callee.path, callee.place, callee.mode)
        if not flags:
            return key
        given = []
        for flag in sorted(flags):
            value = self.planner.bound(callee, flag)
            literal = literal_of(value)
            if literal is not None:
                given.append(flag_of(flag, literal.value))
            elif value in known:
                given.append(flag_of(flag, known[value]))
        # Texts and numbers may take many values: where they do, only switches are told apart.
        switches = tuple([flag for flag in given if flag[2] in SWITCHES])
        for variant in (tuple(given), switches):
            variants = self._variants.setdefault((*key[:2], variant == switches), set())
            if variant in variants or len(variants) < MOST_VARIANTS:
                variants.add(variant)
                return Key(callee.path, callee.place, callee.mode, variant)
        return key

    def known_flags(self, key: Key) -> dict[Value, object]:
        """The values of names in a function as it is run."""
        if not key.flags or key.mode:
            return {}
        return {Name(flag): value for flag, value, _ in key.flags}

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """For each entry and stream the draws that are surely exposed."""
        return self.at_level(DEFINITE)

    def at_level(self, level: str) -> tuple[Verdict, ...]:
        """For each entry and stream the draws of one level."""
        found = []
        for entry in self.program.entries:
            outlines = self.outlines(entry)
            for stream in streams():
                if all(getattr(o.masks, level) & mask((stream,)) for o in outlines):
                    first, *rest = [o.of_stream(stream) for o in outlines]
                    exposed = [
                        exposure
                        for key, exposure in first.items()
                        if exposure.level == level and all(key in other for other in rest)
                    ]
                    if exposed:
                        found.append(Verdict(entry, stream, tuple(exposed)))
        return tuple(found)

    def outlines(self, entry: Entry) -> tuple[Outline, ...]:
        """The run of an entry; for notebooks also that in the order of their execution counts."""
        first = self.summary(entry.path, 0, main=True)
        if not entry.path.endswith(".ipynb"):
            return (first,)
        key = Key(entry.path, 0, AS_EXECUTED)
        if not self.planner.plan_of(key).body:
            return (first,)
        return first, self.outline(key)

    @cached_property
    def followed(self) -> frozenset[tuple[str, int]]:
        """The functions, by path and place, that some entry was followed into."""
        found: set[Key] = set()
        for entry in self.program.entries:
            outline = self.summary(entry.path, 0, main=True)
            found.update(self.below(outline.key, found))
        return frozenset(key[:2] for key in found)

    def below(self, root: Key, known: set[Key]) -> Iterator[Key]:
        """A function and all that it may run, those aside that are known."""
        waiting, seen = [root], {root}
        while waiting:
            key = waiting.pop()
            yield key
            for callee in self.callees(key):
                if callee not in seen and callee not in known:
                    seen.add(callee)
                    waiting.append(callee)

    def is_dull(self, call: Call) -> bool:
        """Whether a library's function is known to do nothing that matters here."""
        if not call.target:
            return False
        key = (call.target, call.name)
        found = self._dull.get(key)
        if found is None:
            found = self._dull[key] = self.search_dull(call)
        return found

    def search_dull(self, call: Call) -> bool:
        """Look whether a callee is dull without asking the kept answers."""
        target = call.target
        if target.startswith(".") or target.partition(".")[0] in self.program.table.components:
            return False
        facts = knowledge()
        if facts.all_rows(target) or call.name == "seed" or target in INSTANTIATING:
            return False
        if is_seeder_name(call.name.rpartition(".")[2]):
            return False
        if facts.trait(target, "exit") or facts.trait(target, "runner"):
            return False
        return not self.strict

    def modules_run(self, path: str, module: str, member: str) -> tuple[str, ...]:
        """The modules of the repository that an import statement runs, in their order."""
        key = (folder_of(path), module, member)
        found = self._imports.get(key)
        if found is None:
            found = self._imports[key] = tuple(self.search_modules(path, module, member))
        return found if path not in found else tuple([other for other in found if other != path])

    def search_modules(self, path: str, module: str, member: str) -> Iterator[str]:
        """Find what an import statement runs: packages, then what is inside them."""
        dot = "" if module.endswith(".") else "."
        names = [module] if not member or member == "*" else [module, module + dot + member]
        for dotted in names:
            found = self.program.table.find(path, dotted)
            if found:
                yield found

    def guard(self, path: str, function: int, test: Value) -> str:
        """Whether a branch is about seeding at all, and what is so by default; "" if not."""
        return self.symbols.guard(path, function, test)

    @cached_property
    def strictly(self) -> SeedFlow:
        """The flow of the same program that takes nothing for granted."""
        return SeedFlow(self.program, strict=True)

    @cached_property
    def escapes(self) -> Escapes:
        """What is handed on and never called in view."""
        from repro_lint.flow.escapes import Escapes  # noqa: PLC0415  for what no run reaches

        return Escapes(self)

    @cached_property
    def defaults(self) -> Defaults:
        """Which ways of branches are taken by default."""
        from repro_lint.flow.defaults import Defaults  # noqa: PLC0415  few programs have such tests

        return Defaults(self.symbols)

    @cached_property
    def symbols(self) -> Symbols:
        """What seeds are before the program runs."""
        from repro_lint.flow.symbols import Symbols  # noqa: PLC0415  few programs have such tests

        return Symbols(self.program)

    def seed_kind(self, path: str, function: int, value: Value) -> str:
        """What a stream is after a seeding call with a value: seeded, or only if configured."""
        found = self.symbols.value(path, function, value)
        if found.kind == "entropy":
            return "entropy"
        if found.kind == "option" and found.value is None:
            return CONFIGURED
        return "constant"

    def kept_by(self, dotted: str) -> int:
        """The streams whose states a library's context manager puts back."""
        fact = knowledge().trait(dotted, "keeps")
        return mask(fact.streams) if fact is not None else 0

    def restored_in(self, path: str, place: int) -> int:
        """The streams that a method puts back from attributes of its object."""
        found = 0
        for number, call in enumerate(self.program.modules[path].calls):
            if call.function == place and call.arguments:
                saved = call.arguments[0]
                if isinstance(saved, Name) and saved.text.startswith("self."):
                    for event in self.events(path, number):
                        if event.kind == "restore":
                            found |= mask(event.streams)
        return found

    def is_doubtful(self, path: str, place: int, dotted: str) -> bool:
        """Whether an unknown callee might draw: not a library's function or a usual method."""
        if dotted:
            return False
        call = self.program.modules[path].calls[place]
        head, dot, bare = call.name.rpartition(".")
        if not dot or not bare:
            return True
        if call.receiver is None and head in ("self", "cls"):
            return True
        if bare == "seed" and call.arguments:
            # What is given a seed takes no number from another stream.
            return bare in self.method_names
        return bare in self.method_names or any(
            fact.role == "draw" and mask(fact.streams) for fact in knowledge().method(bare)
        )

    @cached_property
    def method_names(self) -> frozenset[str]:
        """The bare names of all functions of the program."""
        return frozenset(
            name.rpartition(".")[2] for names in self.program.definitions.values() for name in names
        )

    @cached_property
    def seeding(self) -> Seeding:
        """Which functions may seed."""
        return Seeding(self.program)

    def seeded_by_namesakes(self, path: str, bare: str) -> frozenset[str]:
        """The streams that functions of a bare name may seed in the project of a module."""
        found = self.seeding_names.get(bare)
        if not found:
            return frozenset()
        beside = self.program.companions(path)
        near = [owner for owner in found if owner in beside]
        return frozenset().union(*(found[owner] for owner in near))

    @cached_property
    def seeding_names(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """The streams that functions of a bare name may seed, by the module that defines them."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for (path, place), names in self.seeding.streams.items():
            function = self.program.modules[path].functions[place]
            if function.kind == "function":
                owners = found.setdefault(function.name.rpartition(".")[2], {})
                owners[path] = owners.get(path, frozenset()) | names
        return found

    def may_seed(self, path: str, place: int) -> frozenset[str]:
        """The streams that a function, or one inside it, may seed."""
        return self.seeding.of(path, place)

    def mentioned(self, path: str, function: int, value: Value) -> Iterator[Target]:
        """The functions that a value passes on without calling them."""
        if isinstance(value, Name):
            found = self.program.resolve(path, function, value.text)
            if found is not None and found.kind == "function":
                yield found
        elif isinstance(value, Compound):
            for part in value.parts:
                yield from self.mentioned(path, function, part)

    def handed_streams(self, path: str, function: int, value: Value) -> frozenset[str]:
        """The streams that a function may seed which a value hands on without a call."""
        if self.strict:
            return frozenset()
        if isinstance(value, Lambda):
            return self.may_seed(path, value.function)
        if not isinstance(value, Name):
            return frozenset()
        last = value.text.rpartition(".")[2]
        if last not in self.seeding_names and "seed" not in last:
            return frozenset()
        target = self.program.resolve(path, function, value.text)
        if target is not None and target.kind == "function":
            # What people choose on the command line runs where it is called, and nowhere else.
            chosen = target in self.program.dispatch.commands.run_by_choice
            return frozenset() if chosen else self.may_seed(target.path, target.place)
        return seeded_by_name(target.dotted) if target is not None else frozenset()

    def decorator_streams(self, path: str, function: Function) -> frozenset[str]:
        """The streams that the decorators of a function may seed before it runs."""
        found: set[str] = set()
        for decorator in function.decorators:
            if isinstance(decorator, Name):
                target = self.program.resolve(path, max(function.parent, 0), decorator.text)
            elif isinstance(decorator, Result):
                target = self.program.callee(path, decorator.call)
            else:
                continue
            if target is not None and target.kind == "function":
                found |= self.may_seed(target.path, target.place)
        return frozenset(found)


__all__ = ["SHARED", "Outline", "SeedFlow", "Verdict", "reached_sites"]
