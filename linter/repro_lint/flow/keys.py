"""Linear use of JAX keys: which key a function uses up twice on one way through it."""

from __future__ import annotations

from functools import cached_property
from itertools import count

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import (
    Assign,
    Branch,
    Compound,
    Evaluate,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
    Try,
    With,
)
from repro_lint.syntax.values import names_inside, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Operation, Value

    Token: TypeAlias = tuple[object, ...]
    Route: TypeAlias = tuple[tuple[int, int], ...]

LIBRARY = "jax"
DRAW, SPLIT, CALL, KEPT = "draw", "split", "call", "kept"
# The same key twice is how several arrays are shuffled alike.
ALIKE = frozenset(("choice", "permutation", "shuffle"))
KEY_NAME = pattern(r"(^|[_.])(prng_?)?(key|rng)s?\d*$")
SAMPLERS = frozenset(("sample", "sample_and_log_prob"))
COUNTED = pattern(r"(builtins\.(range|enumerate)|itertools\.count|.*\.(trange|tqdm))$")
DEPTH = 40


class Using(Record):
    """A call that uses up a key: by a draw, a split, a function that does so, or by keeping it."""

    key: Value
    how: str
    keyword: str = ""


class Mark(Record):
    """Where a key was used up; `route` are the ways of the branches around it."""

    call: int
    how: str
    route: Route
    keyword: str


class Reuse(Record):
    """A key that two calls use up, or one call in each round of a loop (`first` == `second`).

    `keyword` is the argument where the second call only keeps the key.
    """

    path: str
    name: str
    first: int
    second: int
    certain: bool
    keyword: str


class Keys:
    """Which calls use up a key, and the keys that are used up twice."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.program = facts.program
        self._summaries: dict[tuple[str, int], frozenset[str]] = {}

    @cached_property
    def direct(self) -> Mapping[tuple[str, int], Using]:
        """The calls of the library that use up a key, by path and place."""
        found: dict[tuple[str, int], Using] = {}
        for role, kind, how in (("draw", "key", DRAW), ("generator", "split", SPLIT)):
            for known in self.facts.role(role):
                fact = known.fact
                if fact.library == LIBRARY and fact.kind == kind and not fact.method:
                    key = known.call.argument(fact.position, fact.parameter)
                    if key is not None:
                        found[known.path, known.place] = Using(key, how)
        return found

    @cached_property
    def functions(self) -> tuple[tuple[str, int], ...]:
        """The functions with a call that uses up a key, directly or one function deeper."""
        found = set()
        names = set()
        for path, place in self.direct:
            index = self.program.modules[path]
            function = index.calls[place].function
            found.add((path, function))
            record = index.functions[function]
            if any(KEY_NAME.search(parameter.name) for parameter in record.parameters):
                names.add(record.name.rpartition(".")[2])
        for name in names:
            for path, place in self.program.calls_named.get(name, ()):
                if path in self.facts.modules:
                    found.add((path, self.program.modules[path].calls[place].function))
        return tuple(sorted(found))

    def reuses(self) -> Iterator[Reuse]:
        """Every key that is used up twice, by function, in order of the second use."""
        for path, function in self.functions:
            walk = Walk(self, path)
            walk.block(self.facts.function(path, function).body, State({}, {}, {}, set()), ())
            yield from sorted(walk.found.values(), key=second_use)

    def using(self, path: str, place: int) -> tuple[Using, ...]:
        """The keys that a call uses up."""
        direct = self.direct.get((path, place))
        if direct is not None:
            return (direct,)
        call = self.program.modules[path].calls[place]
        method = call.name.rpartition(".")[2]
        if method in SAMPLERS and not call.target:
            key = call.keyword("seed")
            named = isinstance(key, Name) and KEY_NAME.search(key.text)
            return (Using(key, DRAW),) if named and key is not None else ()
        if unpacks(call):
            return ()
        target = self.program.callee(path, place)
        if target is not None and target.kind == "function":
            return tuple(self.handed(call, target))
        if target is not None and target.kind == "library" and target.dotted.startswith(LIBRARY):
            return ()
        kept = [(k, v) for k, v in call.keywords if KEY_NAME.search(k)]
        return tuple([Using(value, KEPT, keyword) for keyword, value in kept])

    def handed(self, call: Call, target: Target) -> Iterator[Using]:
        """The arguments of a call that a function of the repository uses up."""
        used = self.used_parameters(target)
        if not used:
            return
        parameters = self.program.function(target).parameters
        bound = "." in call.name and bool(parameters) and parameters[0].name in ("self", "cls")
        for place, parameter in enumerate(parameters):
            if parameter.name in used:
                value = call.argument(place - bound, parameter.name)
                if value is not None:
                    yield Using(value, CALL)

    def used_parameters(self, target: Target) -> frozenset[str]:
        """The parameters that a function surely uses up by calls of the library."""
        place = (target.path, target.place)
        if place not in self._summaries:
            self._summaries[place] = frozenset(self.read_parameters(target))
        return self._summaries[place]

    def read_parameters(self, target: Target) -> Iterator[str]:
        """Read which parameters the straight part of a body uses up before they change."""
        record = self.program.function(target)
        if record.is_generator:
            return
        names = {p.name for p in record.parameters if KEY_NAME.search(p.name)}
        for operation in record.body if names else ():
            if isinstance(operation, Evaluate):
                using = self.direct.get((target.path, operation.call))
                if using is not None and isinstance(using.key, Name) and using.key.text in names:
                    yield using.key.text
            elif isinstance(operation, Assign):
                names -= set(names_inside(operation.target))
            elif isinstance(operation, Exit):
                return


def second_use(reuse: Reuse) -> tuple[int, int]:
    """Where a reuse shows."""
    return reuse.second, reuse.first


class State(Record):
    """What the names of a function hold, and which of these keys are used up.

    `held` gives the token of a name: two names with one token hold the same key.
    `touched` counts the calls that may have changed the attributes of a name. `parts` has
    all of `held` that are part of something else, and more.
    """

    held: dict[str, Token]
    touched: dict[str, int]
    used: dict[Token, Mark]
    parts: set[str]

    def copy(self) -> State:
        """A state that changes on its own."""
        return State(dict(self.held), dict(self.touched), dict(self.used), set(self.parts))

    def token(self, name: str) -> Token:
        """What a name, an attribute (`state.key`) or an element (`keys[0]`) holds."""
        known = self.held.get(name)
        if known is not None:
            return known
        cut = max(name.rfind("."), name.rfind("["))
        if cut < 0:
            return ("outer", name)
        head = name[:cut]
        return (self.token(head), self.touched.get(head.partition(".")[0], 0), name[cut:])

    def give(self, name: str, token: Token) -> None:
        """Let a name hold something else; what is below it changes with it."""
        if self.parts:
            below = (name + ".", name + "[")
            for other in [other for other in self.parts if other.startswith(below)]:
                self.held.pop(other, None)
                self.parts.remove(other)
        if "." in name or "[" in name:
            self.parts.add(name)
        self.held[name] = token


class Walk:
    """Follows the keys of one function through its operations."""

    def __init__(self, keys: Keys, path: str) -> None:
        """Start with nothing found."""
        self.keys = keys
        self.path = path
        self.calls = keys.program.modules[path].calls
        self.found: dict[Token, Reuse] = {}
        self.numbers = count()
        self.depth = 0
        self.again = True

    def block(self, body: tuple[Operation, ...], state: State | None, route: Route) -> State | None:
        """The state after a block; None where its end is never reached."""
        if self.depth > DEPTH:
            return None
        self.depth += 1
        for operation in body:
            if state is None:
                break
            state = self.operation(operation, state, route)
        self.depth -= 1
        return state

    def operation(self, operation: Operation, state: State, route: Route) -> State | None:
        """The state after one operation."""
        if isinstance(operation, Evaluate):
            self.call(operation.call, state, route)
        elif isinstance(operation, Assign):
            self.assign(operation.target, operation.value, state)
        elif isinstance(operation, Exit):
            return None
        elif isinstance(operation, Branch):
            one = self.block(operation.body, state.copy(), (*route, (next(self.numbers), 0)))
            two = self.block(operation.orelse, state.copy(), (*route, (next(self.numbers), 1)))
            return self.joined(one, two)
        elif isinstance(operation, Loop):
            return self.loop(operation, state, route)
        elif isinstance(operation, Try):
            return self.tried(operation, state, route)
        elif isinstance(operation, With):
            self.forget(operation.target, state)
            return self.block(operation.body, state, route)
        return state

    def tried(self, operation: Try, state: State, route: Route) -> State | None:
        """The state after a try statement; a handler starts where the body did."""
        after = self.block((*operation.body, *operation.orelse), state.copy(), route)
        for handler in operation.handlers:
            way = (*route, (next(self.numbers), 0))
            after = self.joined(after, self.block(handler, state.copy(), way))
        return self.block(operation.final, after, route)

    def loop(self, operation: Loop, state: State, route: Route) -> State | None:
        """The state after a loop, of which two rounds show what each round does again."""
        number = next(self.numbers)
        inside = (*route, (number, 0))
        self.forget(operation.target, state)
        before = state.copy()
        after = self.block(operation.body, state.copy(), inside)
        if after is None:
            return before
        if self.again and self.is_counted(operation):
            self.forget(operation.target, after)
            self.second_round(operation, after, inside)
        return self.block(operation.orelse, self.joined(before, after), route)

    def second_round(self, operation: Loop, state: State, route: Route) -> None:
        """Find what the first round used up and the second uses again."""
        fresh = Walk(self.keys, self.path)
        fresh.numbers, fresh.again = self.numbers, False
        fresh.depth = self.depth
        fresh.block(operation.body, state, route)
        for token, reuse in fresh.found.items():
            mark = state.used.get(token)
            once = mark is not None and mark.call == reuse.second and mark.route == route
            if once and reuse.first == reuse.second:
                self.found.setdefault(token, reuse)

    def is_counted(self, operation: Loop) -> bool:
        """Whether the rounds of a loop are alike: a loop over models tries each with one key."""
        if operation.kind == "while":
            return True
        if not isinstance(operation.iterable, Result):
            return False
        call = self.calls[operation.iterable.call]
        return bool(COUNTED.match(call.target or call.name))

    def joined(self, one: State | None, two: State | None) -> State | None:
        """What holds after either way: names hold what both agree on, used is what either used."""
        if one is None or two is None:
            return one or two
        held = {}
        if one.held == two.held:
            held.update(one.held)
        else:
            for name in sorted({**one.held, **two.held}):
                first, second = one.token(name), two.token(name)
                held[name] = first if first == second else ("joined", next(self.numbers))
        touched = dict(one.touched)
        for head, times in two.touched.items():
            touched[head] = max(touched.get(head, 0), times)
        return State(held, touched, {**two.used, **one.used}, one.parts | two.parts)

    def forget(self, target: Value, state: State) -> None:
        """A target holds something new."""
        for name in names_inside(target):
            state.give(name, ("new", next(self.numbers)))

    def assign(self, target: Value, value: Value, state: State) -> None:
        """A target takes a value: another name for a key, or something new."""
        if isinstance(target, Name):
            name = key_name(value)
            token = state.token(name) if name else ("new", next(self.numbers))
            state.give(target.text, token)
            return
        names = [key_name(part) for part in matching(target, value)]
        held = [state.token(name) if name else None for name in names]
        self.forget(target, state)
        if isinstance(target, Compound):
            for part, kept in zip(target.parts, held, strict=False):
                if isinstance(part, Name) and kept is not None:
                    state.give(part.text, kept)

    def call(self, place: int, state: State, route: Route) -> None:
        """Note what a call uses up, and what it may change."""
        for using in self.keys.using(self.path, place):
            name = key_name(using.key)
            if name:
                self.use(name, Mark(place, using.how, route, using.keyword), state)
        call = self.calls[place]
        if "." in call.name and not call.target:
            head = call.name.partition(".")[0]
            state.touched[head] = state.touched.get(head, 0) + 1

    def use(self, name: str, mark: Mark, state: State) -> None:
        """A key is used up: the second time it is found."""
        token = state.token(name)
        before = state.used.get(token)
        if before is None:
            if mark.how != KEPT:  # Whoever keeps a fresh key may be its only user.
                state.used[token] = mark
            return
        shorter = min(len(before.route), len(mark.route))
        if before.route[:shorter] != mark.route[:shorter] or self.are_alike(before, mark):
            return
        certain = {before.how, mark.how} <= {DRAW, SPLIT}
        reuse = Reuse(self.path, name, before.call, mark.call, certain, mark.keyword)
        self.found.setdefault(token, reuse)

    def are_alike(self, one: Mark, two: Mark) -> bool:
        """Whether two calls take the same order of several things on purpose."""
        names = {self.calls[mark.call].name.rpartition(".")[2] for mark in (one, two)}
        return one.call != two.call and len(names) == 1 and names <= ALIKE


def matching(target: Value, value: Value) -> tuple[Value, ...]:
    """The values that the parts of a target take, where the text shows one for each."""
    if isinstance(target, Compound) and isinstance(value, Compound):
        alike = value.kind in ("Tuple", "List") and len(target.parts) == len(value.parts)
        return value.parts if alike else ()
    return ()


def key_name(value: Value) -> str:
    """The name under which a key is followed: `key`, `state.key`, `keys[0]`; "" if none."""
    if isinstance(value, Name):
        return value.text
    if isinstance(value, Compound) and value.kind == "Subscript":
        holder, place = value.parts[0], value.parts[-1]
        if isinstance(holder, Name) and isinstance(place, Literal):
            return f"{holder.text}[{place.value!r}]"
    return ""
