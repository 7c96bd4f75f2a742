"""Environments of reinforcement learning: where each is reset and sampled, and what seeds it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import facts_of, is_random
from repro_lint.flow.objects import Holder, Objects, Trail
from repro_lint.flow.status import SEED_PARAMETER
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Lambda, Literal, Name
from repro_lint.syntax.values import inside, is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Call

MAKERS = frozenset(("gymnasium.make", "gymnasium.make_vec", "gymnasium.vector.make"))
SEED_WORD = pattern(r"seed|random_state|(^|_)rng$")
SPACES = (".action_space", ".single_action_space")
ALGORITHMS = "stable-baselines3"
CONTROL = "dm-control"
NO_WRAPPER = pattern(
    r"(^|\.)(print|len|isinstance|type|hasattr|getattr|str|repr|id|check_env|close|append)$"
)


class Start(Record):
    """A call that starts an environment or draws from its space without a seed."""

    path: str
    call: int


class Life(Record):
    """What is done with one environment; `first` are the unseeded resets, then the samples."""

    seeded: bool
    space_seeded: bool
    resets: tuple[Start, ...]
    samples: tuple[Start, ...]


class Environments:
    """The environments of a program that libraries make."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.program = facts.program
        self.objects = Objects(facts)

    def made(self) -> Iterator[tuple[str, int]]:
        """The calls that make an environment without a seed, sorted."""
        found = []
        for (target, _), calls in self.program.callees.items():
            if target and knowledge().canonical(target) in MAKERS:
                found.extend(calls)
        known = [k for k in self.facts.role("generator") if k.fact.kind == "environment"]
        found.extend((k.path, k.place) for k in known if is_random(k.call, k.fact))
        for path, place in sorted(found):
            if path in self.facts.modules and not names_seed(self.call(path, place)):
                yield path, place

    def starts_itself(self, path: str, place: int) -> bool:
        """Whether an environment can only be seeded where it is made, as those of dm_control."""
        target = self.program.callee(path, place)
        facts = knowledge().lookup(target.dotted) if target is not None else ()
        return any(fact.kind == "environment" and fact.library == CONTROL for fact in facts)

    def forgotten_spaces(self) -> Iterator[Start]:
        """The first sample of an action space in each class that seeds all but that space."""
        told = set()
        for path, place in self.program.calls_named.get("sample", ()):
            if path not in self.facts.modules:
                continue
            call = self.call(path, place)
            owner = self.program.enclosing_class(path, call.function)
            if owner is None or owner in told or not call.name.endswith(".action_space.sample"):
                continue
            seeded = self.holders_of("seed", path)
            if any(name.endswith("action_space") for name in seeded):
                continue
            if self.seeds_environment(owner):
                told.add(owner)
                yield Start(path, place)

    def seeds_environment(self, owner: Target) -> bool:
        """Whether a class has a method that seeds its environment."""
        record = self.program.function(owner)
        index = self.program.modules[owner.path]
        place = self.program.definitions[owner.path].get(f"{record.name}.seed")
        return place is not None and any(
            call.function == place and call.name.endswith("env.seed") for call in index.calls
        )

    def holders_of(self, method: str, path: str) -> Iterator[str]:
        """What a method of this name is called on in the project of a module."""
        for other, place in self.program.calls_beside(path, method):
            yield self.call(other, place).name.rpartition(".")[0]

    def call(self, path: str, place: int) -> Call:
        """A call of a module."""
        return self.program.modules[path].calls[place]

    def life(self, path: str, place: int) -> Life:
        """What is done with the environment that a call makes."""
        if self.starts_itself(path, place):
            return Life(seeded=False, space_seeded=True, resets=(Start(path, place),), samples=())
        trail = EnvironmentTrail(self.objects, path, place)
        trail.follow()

        def nearest(start: Start) -> tuple[bool, Start]:
            return start.path != path, start

        return Life(
            trail.seeded,
            trail.space_seeded,
            tuple(sorted(trail.resets, key=nearest)),
            tuple(sorted(trail.samples, key=nearest)),
        )


def names_seed(call: Call) -> bool:
    """Whether an argument of a call is, or may hold, a seed."""
    if unpacks(call):
        return True
    for keyword, value in call.keywords:
        if SEED_WORD.search(keyword) and not is_none(value):
            return True
    for value in (*call.arguments, *(value for _, value in call.keywords)):
        for part in inside(value):
            if isinstance(part, Name) and SEED_WORD.search(part.text):
                return True
            if isinstance(part, Literal) and part.value in ("seed", "random", "random_state"):
                return True
    return False


class EnvironmentTrail(Trail):
    """The way of one environment: what wraps it is the environment too."""

    seeding = frozenset(("seed", "set_seed", "set_random_seed", "seed_everything"))
    below = (*SPACES, ".unwrapped", ".env", ".envs")

    def __init__(self, objects: Objects, path: str, place: int) -> None:
        """Start where the environment is made."""
        super().__init__(objects, path, place)
        self.space_seeded = False
        self.resets: set[Start] = set()
        self.samples: set[Start] = set()

    def is_settled(self) -> bool:
        """An environment whose resets are seeded may still sample from an unseeded space."""
        return self.seeded and self.space_seeded

    def choose(self) -> None:
        """One of several environments is one all the same."""

    def read_surroundings(self) -> None:
        """Nothing around the call tells of a seed."""

    def receive(self, path: str, use: Use) -> None:
        """A method is called on the environment: it is reset, seeded, or something else."""
        call = self.program.modules[path].calls[use.call]
        method = use.detail.rpartition(".")[2]
        if method == "reset":
            function = self.facts.function(path, use.function).name.rpartition(".")[2]
            if call.arguments or call.keywords:
                self.seeded = True
            elif not function.startswith(("reset", "_reset")):  # A wrapper hands the reset on.
                self.resets.add(Start(path, use.call))
        elif SEED_WORD.search(method) or names_seed(call):
            self.seeded = True

    def receive_below(self, path: str, part: str, use: Use) -> None:
        """A method is called on a space of the environment, or on what it wraps."""
        if part not in SPACES:
            self.receive(path, use)
        elif use.detail == "seed":
            self.space_seeded = True
        elif use.detail == "sample":
            self.samples.add(Start(path, use.call))

    def hand(self, path: str, use: Use) -> None:
        """The environment is an argument: of what wraps it, seeds it, or trains on it."""
        call = self.program.modules[path].calls[use.call]
        if names_seed(call):
            self.seeded = True
            return
        target = self.program.callee(path, use.call)
        if target is None:
            self.wrap(path, use, call)
            return
        if target.kind != "library":
            self.entered.setdefault((target.path, target.place), set()).add((path, use.call))
            self.enter(target, use.detail, "." in call.name)
            if target.kind == "class":
                self.wrap_in(path, use, target)
            return
        if trains_on(self.program, path, use.call):
            self.resets.add(Start(path, use.call))
            return
        self.wrap(path, use, call)

    def wrap_in(self, path: str, use: Use, target: Target) -> None:
        """A class of the repository takes the environment: a wrapper of a library's kind is one."""
        bases = self.program.library_bases(target)
        if any(base.rpartition(".")[2].endswith(("Wrapper", "Env")) for base in bases):
            self.results.append((path, use.call))
        self.seeded = self.seeded or self.seeds_itself(target)

    def seeds_itself(self, target: Target) -> bool:
        """Whether a wrapper resets what it wraps with a seed of its own, not its caller's."""
        index = self.program.modules[target.path]
        for call in index.calls:
            function = index.functions[call.function]
            if function.parent != target.place or not call.name.endswith("env.reset"):
                continue
            given = {parameter.name.lstrip("*") for parameter in function.parameters}
            seed = call.argument(0, "seed")
            if isinstance(seed, Name) and seed.text not in given:
                return True
        return False

    def wrap(self, path: str, use: Use, call: Call) -> None:
        """What others make of the environment is followed as if it were one."""
        if not NO_WRAPPER.search(call.name):
            self.results.append((path, use.call))

    def give_back(self, path: str, place: int) -> None:
        """A function gives the environment to its callers; the function itself may be handed on."""
        function = self.facts.function(path, place)
        index = self.program.modules[path]
        if function.kind == "lambda":
            made = Lambda(place)
            for other, call in enumerate(index.calls):
                if call.function == function.parent and holds(call, made):
                    self.results.append((path, other))
            return
        self.results.extend(self.returns_to(path, place))
        if (path, place) in self.entered:
            return
        bare = function.name.rpartition(".")[2]
        self.holders.append(Holder(path, max(function.parent, 0), bare))
        for parameter in function.parameters:
            if SEED_PARAMETER.match(parameter.name) and not self.is_ignored(
                path, place, parameter.name
            ):
                self.seeded = True

    def is_ignored(self, path: str, place: int, name: str) -> bool:
        """Whether a function that makes the environment uses its seed for other things only."""
        holder = Holder(path, place, name)
        read = self.facts.uses(path)
        uses = [
            use for function in self.places(holder, place) for use in read.of_name(function, name)
        ]
        calls = self.program.modules[path].calls
        return all(
            use.kind == "argument" and calls[use.call].name.endswith("_space.seed") for use in uses
        )


def trains_on(program: Program, path: str, place: int) -> bool:
    """Whether a call makes an algorithm that resets the environment which it is given."""
    facts = facts_of(program, path, place)
    return any(fact.role == "seed" and fact.library == ALGORITHMS for fact in facts)


def holds(call: Call, value: Lambda) -> bool:
    """Whether an argument of a call holds an anonymous function."""
    given = (*call.arguments, *(argument for _, argument in call.keywords))
    return any(part == value for argument in given for part in inside(argument))
