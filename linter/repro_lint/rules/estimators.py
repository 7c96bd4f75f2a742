"""SKL and DTL: estimators, splitters and samples that would take a seed and get none."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.status import COVERED, EXPOSED, MAYBE_EXPOSED, UNREACHED
from repro_lint.records import Record
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import takes_effect, trace
from repro_lint.syntax.index import Literal, Name, Result
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding, Location
    from repro_lint.flow.facts import Known
    from repro_lint.flow.status import Status
    from repro_lint.rules.base import Context


# Libraries whose estimators take `random_state` and draw from NumPy's stream like those.
LIKE_SCIKIT_LEARN = frozenset(("imbalanced-learn", "mlxtend", "tslearn", "hdbscan", "dask-ml"))


class Omitted(Record):
    """A call that gets no seed, though what it makes draws from a shared stream.

    `status` is that of the first draw that is worth telling, and `sites` are the calls
    that draw: for estimators those that train them.
    """

    known: Known
    status: Status
    sites: tuple[tuple[str, int], ...]


def draws_of(context: Context, library: str) -> list[Known]:
    """The calls of a library that may draw."""
    return [known for known in context.facts.role("draw") if is_of(known, library)]


def is_of(known: Known, library: str) -> bool:
    """Whether a fact is about a library, or about one that is used like it."""
    own = known.fact.library
    return own == library or (library == "scikit-learn" and own in LIKE_SCIKIT_LEARN)


def omitted_seeds(context: Context, library: str) -> Iterator[Omitted]:
    """The calls of a library that surely draw and get no seed of their own."""
    for known in draws_of(context, library):
        if not known.fact.parameter or known.fact.effect == "draws":
            continue
        if not takes_effect(context, known):
            continue
        found = omitted_at(context, known)
        if found is not None:
            yield found


def omitted_at(context: Context, known: Known) -> Omitted | None:
    """What is known of one call without a seed; None where it gets one later, or never draws."""
    here = ((known.path, known.place),)
    training = context.program.estimators.trainings.get(here[0])
    if training is None:
        return omitted(context, known, here)
    if training.seeded or not (training.calls or training.open):
        return None
    return omitted(context, known, training.calls or here)


STATES = (EXPOSED, UNREACHED, MAYBE_EXPOSED, COVERED)


def omitted(context: Context, known: Known, calls: tuple[tuple[str, int], ...]) -> Omitted:
    """What is known of the calls in which something draws that gets no seed."""
    stream = known.fact.streams[0]
    found = [(context.draws.status(*call, stream), call) for call in calls]
    first = min((status for status, _ in found), key=lambda status: STATES.index(status.state))
    sites = tuple(call for status, call in found if status.state == first.state)
    return Omitted(known, first, sites)


def confidence_of(context: Context, omitted: Omitted) -> Confidence | None:
    """How sure it is that the stream is unseeded there; None if it may well be seeded."""
    known, status = omitted.known, omitted.status
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


def place_of(context: Context, path: str, place: int) -> Location:
    """Where a call stands in its file."""
    return context.facts.place_of(path, context.modules[path].calls[place].span)


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
        known, status = omitted.known, omitted.status
        where = context.facts.place_of(known.path, known.call.span)
        fact = known.fact
        message = f"`{known.call.name}` gets no `{fact.parameter}` and its stream is not seeded"
        severity = self.severity if fact.effect == "varies" else Severity.LOW
        finding = self.at(where, message, severity=severity, confidence=confidence)
        sites = [place_of(context, *site) for site in omitted.sites]
        if sites != [where]:
            finding = finding._replace(sites=tuple(sites))
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
        # Where other processes train it, no seed of the program counts: SKL003 tells of it.
        sent = context.searches.places
        for known, status, _ in omitted_seeds(context, "scikit-learn"):
            if (known.path, known.place) in sent:
                continue
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
