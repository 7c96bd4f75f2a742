"""SKL008: the same data split in several programs, so that one tests on what another trained on."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity, Step
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.status import COVERED
from repro_lint.records import Record
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Compound, Literal, Name, Result, With
from repro_lint.syntax.values import is_none, names_inside, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, Value

SPLITTER = "sklearn.model_selection.train_test_split"
SPLITTERS = frozenset((SPLITTER, "sklearn.cross_validation.train_test_split"))
READERS = ("pandas.read_", "numpy.load", "numpy.genfromtxt", "sklearn.datasets.load_")
# How a model is kept by one program and taken up by another.
KEEPING = {
    "joblib.dump": "joblib",
    "pickle.dump": "pickle",
    "cloudpickle.dump": "pickle",
    "torch.save": "torch",
}
TAKING = {
    "joblib.load": "joblib",
    "pickle.load": "pickle",
    "cloudpickle.load": "pickle",
    "torch.load": "torch",
}


class Split(Record):
    """A call that splits data, where these come from, and its seed (None: it has none)."""

    path: str
    place: int
    source: tuple[str, object]
    seed: object


class RepeatedSplit(Rule):
    """The same data split in several places with different or no seeds."""

    code = "SKL008"
    name = "repeated-split"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "split once and keep the parts, or share one seed"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Judge repositories that split data in more than one file."""
        return len({path for path, _ in calls_of(context, SPLITTERS)}) > 1

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield splits of a program that takes up what another has trained on other rows."""
        groups: dict[tuple[str, object], list[Split]] = {}
        for split in splits(context):
            groups.setdefault(split.source, []).append(split)
        for same in groups.values():
            for later in same:
                first = partner(context, same, later)
                if first is not None:
                    yield self.found(context, first, later)

    def found(self, context: Context, first: Split, later: Split) -> Finding:
        """The finding for the split of the program that takes up the model."""
        places = []
        for split in (first, later):
            span = context.modules[split.path].calls[split.place].span
            places.append(context.facts.place_of(split.path, span))
        data = described(later.source)
        if None in (first.seed, later.seed):
            message = f"{data} is split here and in `{first.path}` with no common seed"
        else:
            message = f"{data} is split here with another seed than in `{first.path}`"
        message += ": the test part here holds rows that the loaded model was trained on"
        steps = (Step(places[0], "first split"), Step(places[1], "second split"))
        return self.at(places[1], message)._replace(trace=steps)


def calls_of(context: Context, names: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The calls of some library functions, test code aside, sorted."""
    found = []
    for (target, _), places in context.program.callees.items():
        if target in names:
            found.extend(places)
    yield from sorted(place for place in found if not TEST_PATH.search(place[0]))


def splits(context: Context) -> Iterator[Split]:
    """The splits of which source and seed are known."""
    for path, place in calls_of(context, SPLITTERS):
        call = context.modules[path].calls[place]
        if unpacks(call) or not call.arguments or call.keyword("shuffle") == Literal(False):  # noqa: FBT003
            continue
        seed = seed_of(context, path, call)
        source = source_of(context, path, call.function, call.arguments[0])
        if source is None or seed is Ellipsis:
            continue
        # A seed of the whole program may give both programs the same parts.
        covered = context.draws.status(path, place, "numpy").state == COVERED
        if seed is not None or not covered:
            yield Split(path, place, source, seed)


def seed_of(context: Context, path: str, call: Call) -> object:
    """The number that a split gets as its seed; None without one, Ellipsis if unknown."""
    given = call.keyword("random_state")
    if is_none(given) or given is None:
        return None
    found = context.symbols.value(path, call.function, given)
    return found.value if found.kind == "constant" else Ellipsis


def source_of(
    context: Context, path: str, function: int, value: Value
) -> tuple[str, object] | None:
    """The call that reads the data of a value, as its name and what tells it apart."""
    found: set[tuple[str, object] | None] = set()
    waiting, seen = [value], set()
    while waiting:
        value = waiting.pop()
        if value in seen:
            continue
        seen.add(value)
        if isinstance(value, Name):
            before = given_to(context, path, function, value.text.partition(".")[0])
        elif isinstance(value, Compound) and value.kind in ("Subscript", "Attribute"):
            before = [value.parts[0]]
        elif isinstance(value, Result) and reader_of(context, path, value.call) is None:
            receiver = receiver_of(context.modules[path].calls[value.call])
            before = [] if receiver is None else [receiver]
        else:
            before = []
        waiting.extend(before)
        if not before:
            found.add(reader_of(context, path, value.call) if isinstance(value, Result) else None)
    return found.pop() if len(found) == 1 else None


def given_to(context: Context, path: str, function: int, name: str) -> list[Value]:
    """All that the variables of a name are given in the function that owns it."""
    scope = context.program.types.scope_of(path, function, name)
    body = context.modules[path].functions[scope].body
    return [a.value for a in assignments(body) if name in names_inside(a.target)]


def reader_of(context: Context, path: str, place: int) -> tuple[str, object] | None:
    """What a call reads, if it is one of a reader or of a function of the repository."""
    call = context.modules[path].calls[place]
    target = context.program.callee(path, place)
    if target is not None and target.kind == "function":
        return function_source(call, target.path, target.place)
    dotted = target.dotted if target is not None else call.target
    return reader_source(call, dotted) if dotted.startswith(READERS) else None


def receiver_of(call: Call) -> Value | None:
    """What the method of a call is called on; None for functions."""
    head = call.name.rpartition(".")[0]
    return call.receiver or (Name(head) if head and not call.target else None)


def function_source(call: Call, path: str, place: int) -> tuple[str, object] | None:
    """A function of the repository that is called with plain values reads the data."""
    given = (*call.arguments, *(value for _, value in call.keywords))
    if unpacks(call) or not all(isinstance(value, Literal) for value in given):
        return None
    return f"{path}:{place}", (call.arguments, call.keywords)


def reader_source(call: Call, dotted: str) -> tuple[str, object] | None:
    """A reader of a library with a plain path, or a data set that it brings."""
    if not call.arguments:
        return (dotted, "") if ".datasets.load_" in dotted else None
    first = call.arguments[0]
    return (dotted, first.value) if isinstance(first, Literal) else None


def described(source: tuple[str, object]) -> str:
    """The data of a source for a message."""
    name, detail = source
    return f"`{detail}`" if isinstance(detail, str) and detail else f"`{name.rpartition('.')[2]}`"


def partner(context: Context, same: list[Split], later: Split) -> Split | None:
    """The split of a program that keeps a model which the program of a later one takes up."""
    taken = kept_or_taken(context, later.path, TAKING)
    for first in same:
        if first.path == later.path or (first.seed == later.seed and first.seed is not None):
            continue
        if first.path not in context.program.companions(later.path):
            continue
        if taken & kept_or_taken(context, first.path, KEEPING):
            return first
    return None


def kept_or_taken(
    context: Context, path: str, names: dict[str, str]
) -> frozenset[tuple[str, object]]:
    """The files by which a module keeps or takes up models, each with the library."""
    found: set[tuple[str, object]] = set()
    for place, call in enumerate(context.modules[path].calls):
        library = names.get(call.target)
        if library is not None:
            found.update((library, text) for text in file_names(context, path, place))
    return frozenset(found)


def file_names(context: Context, path: str, place: int) -> Iterator[str]:
    """The plain names of files among the arguments of a call, also below `open`."""
    call = context.modules[path].calls[place]
    for value in (*call.arguments, *(value for _, value in call.keywords)):
        if isinstance(value, Literal) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, Result) and value.call != place:
            inner = context.modules[path].calls[value.call]
            if inner.target == "builtins.open" and inner.arguments:
                first = inner.arguments[0]
                if isinstance(first, Literal) and isinstance(first.value, str):
                    yield first.value
        elif isinstance(value, Name):
            found = context.symbols.value(path, call.function, value)
            if found.kind == "constant" and isinstance(found.value, str):
                yield found.value
            else:
                yield from opened(context, path, call.function, value)


def opened(context: Context, path: str, function: int, value: Name) -> Iterator[str]:
    """The plain name of the file that a variable holds open: `with open("m.pkl") as file`."""
    for operation in every(context.modules[path].functions[function].body):
        if isinstance(operation, With) and operation.target == value:
            context_value = operation.context
            if isinstance(context_value, Result):
                call = context.modules[path].calls[context_value.call]
                first = call.arguments[0] if call.arguments else None
                if isinstance(first, Literal) and isinstance(first.value, str):
                    yield first.value


RULES: tuple[type[Rule], ...] = (RepeatedSplit,)
