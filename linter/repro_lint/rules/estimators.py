"""SKL and DTL: estimators, splitters and samples that would take a seed and get none."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.operations import assignments
from repro_lint.flow.status import COVERED, EXPOSED, UNREACHED
from repro_lint.records import Record
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import takes_effect, trace
from repro_lint.syntax.index import Literal, Name, Result
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.status import Status
    from repro_lint.rules.base import Context


class Omitted(Record):
    """A call that draws from a shared stream because its seed parameter is not given."""

    known: Known
    status: Status


def draws_of(context: Context, library: str) -> list[Known]:
    """The calls of a library that may draw."""
    return [known for known in context.facts.role("draw") if known.fact.library == library]


def omitted_seeds(context: Context, library: str) -> Iterator[Omitted]:
    """The calls of a library that surely draw and get no seed of their own."""
    for known in draws_of(context, library):
        if not known.fact.parameter or is_set_later(context, known):
            continue
        if takes_effect(context, known):
            stream = known.fact.streams[0]
            yield Omitted(known, context.draws.status(known.path, known.place, stream))


def is_set_later(context: Context, known: Known) -> bool:
    """Whether an estimator gets its seed after it is made, by `set_params` or as an attribute."""
    uses = context.facts.uses(known.path)
    parameter = known.fact.parameter
    waiting = uses.of_result(known.place)
    names = [getattr(use.operation, "target", None) for use in waiting if use.kind == "assigned"]
    for name in names:
        if isinstance(name, Name):
            waiting = [*waiting, *uses.of_name(known.call.function, name.text)]
            body = context.facts.function(known.path, known.call.function).body
            attribute = Name(f"{name.text}.{parameter}")
            if any(made.target == attribute for made in assignments(body)):
                return True
    calls = context.modules[known.path].calls
    return any(
        use.kind == "receiver"
        and use.detail == "set_params"
        and any(key in (parameter, "**") for key, _ in calls[use.call].keywords)
        for use in waiting
    )


def confidence_of(context: Context, omitted: Omitted) -> Confidence | None:
    """How sure it is that the stream is unseeded there; None if it may well be seeded."""
    known, status = omitted
    if status.state == EXPOSED and status.entry is not None:
        return Confidence.LOW if status.entry.kind == "smoke" else Confidence.HIGH
    if status.state != UNREACHED:
        return None
    if context.draws.surroundings_seed(known.path, known.call.function, known.fact.streams[0]):
        return None
    if context.draws.ignored_parameter(known.path, known.call.function):
        return Confidence.HIGH
    seeded = context.draws.seeded_near(known.path, known.fact.streams[0])
    return Confidence.LOW if seeded and not chooses_data(known) else Confidence.MEDIUM


def chooses_data(known: Known) -> bool:
    """Whether a call splits, samples or shuffles data, so that a stray draw moves the split."""
    return known.fact.kind == "splitter" or known.fact.library in ("pandas", "datasets")


class SeedlessCall(Rule):
    """Shared by the rules that ask for a seed parameter of one library."""

    library = ""

    def applies(self, context: Context) -> bool:
        """Judge repositories that call the library."""
        return bool(draws_of(context, self.library))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the calls whose stream is not seeded when a run gets there."""
        for omitted in omitted_seeds(context, self.library):
            confidence = confidence_of(context, omitted)
            if confidence is not None:
                yield self.found(context, omitted, confidence)

    def found(self, context: Context, omitted: Omitted, confidence: Confidence) -> Finding:
        """The finding for one call."""
        known, status = omitted
        where = context.facts.place_of(known.path, known.call.span)
        fact = known.fact
        message = f"`{known.call.name}` gets no `{fact.parameter}` and its stream is not seeded"
        severity = Severity.LOW if fact.effect == "draws" else self.severity
        finding = self.at(where, message, severity=severity, confidence=confidence)
        if status.entry is None or status.exposure is None:
            return finding
        steps = trace(context, status.exposure)
        return finding._replace(entry=status.entry.path, stream=known.fact.streams[0], trace=steps)


class MissingRandomState(SeedlessCall):
    """A random estimator or splitter without `random_state`."""

    code = "SKL001"
    name = "missing-random-state"
    severity = Severity.HIGH
    remedy = "pass random_state"
    library = "scikit-learn"


class SharedRandomState(Rule):
    """A random estimator or splitter that leans on the global seed."""

    code = "SKL002"
    name = "implicit-random-state"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = "pass random_state"

    def applies(self, context: Context) -> bool:
        """Judge repositories that call scikit-learn."""
        return bool(draws_of(context, "scikit-learn"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls whose result depends on every draw before them."""
        for known, status in omitted_seeds(context, "scikit-learn"):
            if status.state == COVERED and known.fact.effect == "varies":
                where = context.facts.place_of(known.path, known.call.span)
                message = (
                    f"`{known.call.name}` gets no `random_state`:"
                    " its result depends on every draw before it"
                )
                yield self.at(where, message)


class IdleRandomState(Rule):
    """`random_state` where scikit-learn refuses it."""

    code = "SKL004"
    name = "idle-random-state"
    severity = Severity.MEDIUM
    remedy = "add shuffle=True, or drop random_state"

    def applies(self, context: Context) -> bool:
        """Judge repositories that split with scikit-learn."""
        return any(k.fact.kind == "splitter" for k in context.facts.role("draw"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield splitters that get a seed but do not shuffle."""
        for known in context.facts.role("draw"):
            if refuses_seed(known):
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{known.call.name}` gets `random_state` but no `shuffle=True`"
                yield self.at(where, message)


def refuses_seed(known: Known) -> bool:
    """Whether a splitter that shuffles on demand gets a seed and no demand."""
    call, fact = known.call, known.fact
    if fact.library != "scikit-learn" or fact.kind != "splitter" or unpacks(call):
        return False
    if is_none(call.argument(fact.position, fact.parameter)):
        return False
    for condition in fact.conditions:
        if condition.parameter == "shuffle" and condition.default is False:
            given = call.argument(condition.position, "shuffle")
            return given is None or given == Literal(False)  # noqa: FBT003  the value in the text
    return False


class GeneratorAsRandomState(Rule):
    """A NumPy Generator where scikit-learn takes an int or a RandomState."""

    code = "SKL005"
    name = "generator-as-random-state"
    severity = Severity.HIGH
    remedy = "pass an int or a RandomState"

    def applies(self, context: Context) -> bool:
        """Judge repositories that call scikit-learn."""
        return bool(draws_of(context, "scikit-learn"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls whose random_state is a Generator."""
        for known in draws_of(context, "scikit-learn"):
            given = known.call.argument(known.fact.position, known.fact.parameter)
            if not isinstance(given, (Name, Result)):
                continue
            kind = context.program.types.type_of(known.path, known.call.function, given)
            if kind is not None and kind.dotted == "numpy.random.Generator":
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{known.call.name}` gets a `numpy.random.Generator` as `random_state`"
                yield self.at(where, message)


class UnseededSample(SeedlessCall):
    """A sample of a data frame without `random_state`."""

    code = "SKL006"
    name = "unseeded-sample"
    severity = Severity.HIGH
    remedy = "pass random_state to sample"
    library = "pandas"


class UnseededDatasetShuffle(SeedlessCall):
    """A shuffle or split of a Hugging Face dataset without `seed`."""

    code = "DTL007"
    name = "unseeded-dataset-shuffle"
    severity = Severity.HIGH
    remedy = "pass seed to the shuffle or split"
    library = "datasets"


RULES: tuple[type[Rule], ...] = (
    MissingRandomState,
    SharedRandomState,
    IdleRandomState,
    GeneratorAsRandomState,
    UnseededSample,
    UnseededDatasetShuffle,
)
