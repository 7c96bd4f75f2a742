"""Generators by the place where they are made: where each goes, and what becomes of its seed."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.status import SEED_PARAMETER
from repro_lint.flow.views import View, owns
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Loop, Name, Result
from repro_lint.syntax.values import is_none, names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.target import Target
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Assign, Value

SEEDING_METHODS = frozenset(
    ("seed", "manual_seed", "set_state", "setstate", "set_seed", "__setstate__", "reset_from_seed")
)
STATES = (".bit_generator.state", ".bit_generator", ".state", ".__dict__")
OWN = ("self", "cls")
# The generator is what such a call gives where there is none: `options.get("rng", Random())`.
DEFAULTING = frozenset(("get", "pop", "setdefault", "getattr"))
WRAPPERS = frozenset(
    (
        "numpy.random.Generator",
        "numpy.random.RandomState",
        "numpy.random.default_rng",
        "numpy.random.PCG64",
        "numpy.random.PCG64DXSM",
        "numpy.random.MT19937",
        "numpy.random.Philox",
        "numpy.random.SFC64",
    )
)
MOST = 60


class Holder(Record):
    """A name that may hold a generator: of one function, or an attribute (`self.rng`)."""

    path: str
    function: int
    name: str


class Fate(Record):
    """What becomes of a generator.

    `seeded` where something may seed it later, `fallback` where it is made only for want
    of another, `used` where anything is done with it; `draws` are the calls of its
    methods, by path and place.
    """

    seeded: bool
    fallback: bool
    used: bool
    draws: tuple[tuple[str, int], ...]


class Objects:
    """Follows generators through names, attributes, collections, parameters and returns."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.program = facts.program
        self._views: dict[str, View] = {}
        self._attributes: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}

    def view(self, path: str) -> View:
        """A module by its names."""
        if path not in self._views:
            self._views[path] = View(self.facts, path)
        return self._views[path]

    def seeded_attributes(self, path: str, methods: frozenset[str]) -> frozenset[str]:
        """The attributes on which code of a module's project calls one of some methods."""
        key = (self.program.companions(path), methods)
        if key not in self._attributes:
            calls = [c for m in sorted(methods) for c in self.program.calls_beside(path, m)]
            held = [self.program.modules[p].calls[c].name.rpartition(".")[0] for p, c in calls]
            names = [name.removesuffix(".bit_generator").rpartition(".") for name in held]
            self._attributes[key] = frozenset(name for _, dot, name in names if dot)
        return self._attributes[key]

    def fate(self, path: str, place: int) -> Fate:
        """What becomes of what a call makes."""
        trail = Trail(self, path, place)
        trail.follow()
        return Fate(trail.seeded, trail.fallback, trail.used, tuple(sorted(trail.draws)))

    def callers(self, path: str, place: int) -> Iterator[tuple[str, int]]:
        """The calls of a function of the repository, by path and place."""
        bare = self.facts.function(path, place).name.rpartition(".")[2]
        for other, called in self.program.calls_beside(path, bare):
            target = self.program.callee(other, called)
            if target is not None and (target.path, target.place) == (path, place):
                yield other, called


class Trail:
    """The way of one object through a program; of a generator, unless a subclass says otherwise."""

    seeding = SEEDING_METHODS
    below: tuple[str, ...] = (".bit_generator",)

    def __init__(self, objects: Objects, path: str, place: int) -> None:
        """Start where the generator is made."""
        self.objects = objects
        self.facts = objects.facts
        self.program = objects.program
        self.made = (path, place)
        self.seeded = self.fallback = self.used = False
        self.draws: set[tuple[str, int]] = set()
        self.results: list[tuple[str, int]] = [(path, place)]
        self.holders: list[Holder] = []
        self.entered: dict[tuple[str, int], set[tuple[str, int]]] = {}
        self.seen: set[object] = set()

    def follow(self) -> None:
        """Follow the generator until nothing new holds it, or its fate is known."""
        self.read_surroundings()
        while (self.results or self.holders) and len(self.seen) < MOST:
            if self.is_settled():
                return
            if self.results:
                path, place = self.results.pop()
                if (path, place) not in self.seen:
                    self.seen.add((path, place))
                    self.uses(path, self.facts.uses(path).of_result(place))
                continue
            holder = self.holders.pop()
            if holder not in self.seen:
                self.seen.add(holder)
                self.hold(holder)
        # Where it goes too far to be followed, something there may seed it.
        self.seeded = self.seeded or bool(self.results or self.holders)

    def is_settled(self) -> bool:
        """Whether nothing more has to be known."""
        return self.seeded or self.fallback

    def read_surroundings(self) -> None:
        """A generator is a fallback below a test of a seed, or as the default of a parameter."""
        path, place = self.made
        view = self.objects.view(path)
        self.fallback = place in view.defaults or guards(view, place)

    def uses(self, path: str, uses: list[Use]) -> None:
        """Note what each use does with the generator."""
        for use in uses:
            self.used = self.used or self.is_used(use)
            kinds = {getattr(container, "kind", "") for container in use.containers}
            if kinds & {"BoolOp", "IfExp"} and use.kind != "tested":
                self.choose()
            if kinds & {"Compare", "JoinedStr"}:
                continue
            if use.kind == "receiver":
                self.receive(path, use)
            elif use.kind == "argument":
                self.hand(path, use)
            elif use.kind == "assigned":
                self.assign(path, use)
            elif use.kind in ("returned", "yielded"):
                self.give_back(path, use.function)
            elif use.kind == "iterated" and isinstance(use.operation, Loop):
                self.hold_names(path, use.function, use.operation.target)

    def choose(self) -> None:
        """The object is one of several in an expression."""
        self.fallback = True

    def is_used(self, use: Use) -> bool:
        """Whether a use does more than to give the generator a name that only one function sees."""
        target = getattr(use.operation, "target", None)
        local = isinstance(target, Name) and "." not in target.text and use.function > 0
        return use.kind != "discarded" and not (use.kind == "assigned" and local)

    def receive(self, path: str, use: Use) -> None:
        """A method is called on the generator."""
        method = use.detail.rpartition(".")[2]
        if method in self.seeding:
            self.seeded = True
            return
        self.draws.add((path, use.call))
        if method in ("append", "add", "insert", "items", "values", "get"):
            self.results.append((path, use.call))

    def receive_below(self, path: str, part: str, use: Use) -> None:  # noqa: ARG002
        """A method is called on a part of the object."""
        self.seeded = self.seeded or use.detail in self.seeding

    def hand(self, path: str, use: Use) -> None:
        """The generator is an argument."""
        call = self.program.modules[path].calls[use.call]
        method = call.name.rpartition(".")[2]
        if method in DEFAULTING and use.detail in ("1", "2"):
            self.fallback = True
            return
        if method in ("append", "add", "insert", "extend", "setattr") and "." in call.name:
            name = call.name.rpartition(".")[0]
            self.holders.append(Holder(path, use.function, name))
            return
        if method in self.seeding:
            self.seeded = True
            return
        target = self.program.callee(path, use.call)
        if target is None:
            if call.target in ("builtins.enumerate", "builtins.list", "builtins.zip"):
                self.results.append((path, use.call))
            return
        if target.kind == "library":
            if target.dotted in WRAPPERS or target.dotted.startswith("builtins."):
                self.results.append((path, use.call))
            return
        self.entered.setdefault((target.path, target.place), set()).add((path, use.call))
        self.enter(target, use.detail, "." in call.name)

    def enter(self, target: Target, detail: str, dotted: bool) -> None:  # noqa: FBT001
        """A function or class of the repository takes the generator."""
        if target.kind == "class":
            found = self.program.method(target, "__init__")
            if found is None or found.kind != "function":
                self.holders.append(Holder(target.path, target.place, f"self.{detail}"))
                return
            target, dotted = found, True
        parameters = self.program.function(target).parameters
        bound = dotted and bool(parameters) and parameters[0].name in ("self", "cls")
        if detail.isdigit():
            place = int(detail) + bound
            if place < len(parameters):
                self.holders.append(Holder(target.path, target.place, parameters[place].name))
        elif any(parameter.name == detail for parameter in parameters):
            self.holders.append(Holder(target.path, target.place, detail))

    def assign(self, path: str, use: Use) -> None:
        """The generator gets a name."""
        target = getattr(use.operation, "target", None)
        function = self.facts.function(path, use.function)
        if isinstance(target, Name) and owns(function, target.text):
            self.choose()
        if target is not None:
            self.hold_names(path, use.function, target)

    def hold_names(self, path: str, function: int, target: Value) -> None:
        """All names of a target may hold the generator."""
        if isinstance(target, Compound) and target.kind == "Subscript":
            target = target.parts[0]
        for name in names_inside(target):
            self.holders.append(Holder(path, function, name))

    def give_back(self, path: str, place: int) -> None:
        """A function gives the generator to its callers, who may have given a seed."""
        function = self.facts.function(path, place)
        if function.kind != "function":
            self.fallback = True
            return
        if any(SEED_PARAMETER.match(parameter.name) for parameter in function.parameters):
            self.fallback = True
            return
        bare = function.name.rpartition(".")[2]
        if any(name.endswith("property") for d in function.decorators for name in names_inside(d)):
            self.read_attribute(bare)
        self.results.extend(self.returns_to(path, place))

    def returns_to(self, path: str, place: int) -> list[tuple[str, int]]:
        """The calls that get what a function returns: those that gave it, if any did."""
        given = self.entered.get((path, place))
        return sorted(given) if given else list(self.objects.callers(path, place))

    def hold(self, holder: Holder) -> None:
        """Follow a name in all functions that see it."""
        head, _, attribute = holder.name.rpartition(".")
        if head:
            self.read_attribute(attribute)
        view = self.objects.view(holder.path)
        home = self.home(holder)
        for function in self.places(holder, home):
            self.uses(holder.path, view.read.of_name(function, holder.name))
            for part in self.below:
                self.read_below(holder.path, part, view.read.of_name(function, holder.name + part))
            self.read_assignments(holder, function, view.assigned(function))

    def read_below(self, path: str, part: str, uses: list[Use]) -> None:
        """Note what is done with a part of the object."""
        for use in uses:
            if use.kind == "receiver":
                self.receive_below(path, part, use)

    def home(self, holder: Holder) -> int:
        """The function to which a name belongs."""
        functions = self.program.modules[holder.path].functions
        head, dot, _ = holder.name.partition(".")
        home = holder.function
        if dot and head in OWN:
            return home
        while home > 0 and head not in functions[home].bound and not owns(functions[home], head):
            home = functions[home].parent
        if functions[max(home, 0)].kind == "class":
            self.holders.extend(Holder(holder.path, home, f"{own}.{holder.name}") for own in OWN)
        return max(home, 0)

    def places(self, holder: Holder, home: int) -> list[int]:
        """The functions in which a name means the same as where it belongs."""
        view = self.objects.view(holder.path)
        head, dot, _ = holder.name.partition(".")
        if dot and head in OWN:
            return view.family(home)
        inner = view.around(home) if home else view.naming.get(head, ())
        return [f for f in inner if f == home or head not in view.functions[f].bound]

    def read_assignments(
        self, holder: Holder, function: int, assigned: Mapping[str, list[Assign]]
    ) -> None:
        """Look for a state that is given to a name, or another generator that replaces it."""
        if any(holder.name + state in assigned for state in STATES):
            self.seeded = True
        if function != holder.function or holder.name.partition(".")[0] in OWN:
            for assignment in assigned.get(holder.name, ()):
                self.replaced(holder.path, assignment.value)

    def replaced(self, path: str, value: Value) -> None:
        """What takes the place of the generator may be seeded, unless it is made like it."""
        if isinstance(value, Result):
            call = self.program.modules[path].calls[value.call]
            made = self.program.modules[self.made[0]].calls[self.made[1]]
            if (path, value.call) in self.seen or (path, value.call) == self.made:
                return
            if call.target == made.target and all(is_none(a) for a in call.arguments):
                return
            self.seeded = True
        elif not is_none(value):
            self.seeded = self.seeded or not isinstance(value, Name) or self.is_parameter(value)

    def is_parameter(self, value: Name) -> bool:
        """Whether a name looks like what a caller gives: a generator or a seed."""
        return bool(SEED_PARAMETER.match(value.text.rpartition(".")[2]))

    def read_attribute(self, attribute: str) -> None:
        """An attribute is seeded where any code seeds one of that name."""
        if attribute in self.objects.seeded_attributes(self.made[0], self.seeding):
            self.seeded = True


def guards(view: View, place: int) -> bool:
    """Whether a call runs only by a test of a seed, or of what takes its result."""
    tested = set(view.tested(place))
    if any(SEED_PARAMETER.match(name) for name in tested):
        return True
    targets = [
        getattr(use.operation, "target", None)
        for use in (view.read.of_result(place) if tested else ())
        if use.kind == "assigned" and not use.containers
    ]
    return any(isinstance(t, Name) and t.text.rpartition(".")[2] in tested for t in targets)
