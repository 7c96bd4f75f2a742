"""Calls of libraries whose defaults let results vary: fresh entropy, threads, size, ties."""

from __future__ import annotations

from abc import abstractmethod

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.draws import holds
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, in_trial, takes_effect
from repro_lint.syntax.index import Compound, Literal
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.facts import Known
    from repro_lint.flow.uses import Use
    from repro_lint.knowledge.model import Api
    from repro_lint.repository.dependencies.records import Dependencies
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call

# Rules of their own judge what these libraries draw from entropy.
TOLD_ELSEWHERE = OWN_RULES | {"hyperopt", "nevergrad", "numpy", "optuna", "python", "ray", "torch"}
SPARED = frozenset({"augmentation", "configuration", "environment", "layout", "space"})
# Generators of these libraries are named by their call, which is more than "a generator".
OWN_GENERATORS = frozenset({"scipy"})
FIRST_ROWS = frozenset({"head", "tail"})


class FreshEntropyDefault(Rule):
    """A library function that takes fresh entropy where it gets no seed."""

    code = "SKL007"
    name = "fresh-entropy-default"
    severity = Severity.HIGH
    remedy = "pass the seed parameter: no global seed reaches it"

    def applies(self, context: Context) -> bool:
        """Judge repositories that call such a function."""
        return any(from_entropy(known.fact) for known in unseedable(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls that get no seed and are no fallback, no trial and not cosmetic."""
        for known in unseedable(context):
            if not from_entropy(known.fact) or not takes_effect(context, known):
                continue
            if in_trial(context, known) or is_of_another_release(context, known):
                continue
            if is_cosmetic(context.facts, known.path, known.place):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = (
                f"`{known.call.name}` gets no `{known.fact.parameter}`"
                " and starts from fresh entropy, whatever was seeded"
            )
            yield self.at(where, message)


def unseedable(context: Context) -> Iterator[Known]:
    """The known draws and generators, in order of path and place."""
    yield from context.facts.role("draw")
    yield from context.facts.role("generator")


def from_entropy(fact: Api) -> bool:
    """Whether this rule judges a fact: a seed parameter with fresh entropy behind it."""
    if fact.streams != ("entropy",) or not fact.parameter or fact.kind in SPARED:
        return False
    if fact.effect == "draws":
        return False
    return fact.library in OWN_GENERATORS or (
        fact.role == "draw" and fact.library not in TOLD_ELSEWHERE
    )


def is_of_another_release(context: Context, known: Known) -> bool:
    """Whether a fact holds from some release on, and nothing shows that one."""
    fact = known.fact
    if not fact.since or context.repository.single_file:
        return bool(fact.since)
    version = locked(context.program.dependencies_of(known.path)).get(fact.library, "")
    return not version or fact not in knowledge().lookup(fact.name, {fact.library: version})


def locked(dependencies: Dependencies) -> dict[str, str]:
    """The versions of packages that a project fixes, where its files agree."""
    found: dict[str, set[str]] = {}
    for lock in dependencies.locks:
        for package in lock.packages:
            found.setdefault(package.name, set()).add(package.version)
    for file in dependencies.files:
        for requirement in file.requirements:
            if requirement.pin == "exact":
                version = requirement.specifier.lstrip("= ")
                found.setdefault(requirement.name, set()).add(version)
    return {name: versions.pop() for name, versions in found.items() if len(versions) == 1}


class TraitRule(Rule):
    """Shared by the rules that ask for calls with a trait whose conditions surely hold."""

    trait = ""
    preview = True

    def applies(self, context: Context) -> bool:
        """Judge repositories that make such a call."""
        return any(True for _ in calls_with(context, self.trait))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield a finding for each call that is told."""
        for path, place, fact in calls_with(context, self.trait):
            call = context.modules[path].calls[place]
            if is_bound_to_hold(call, fact) and self.is_told(context, path, place):
                where = context.facts.place_of(path, call.span)
                yield self.at(where, self.message(call, fact), confidence=self.confidence)

    def is_told(self, context: Context, path: str, place: int) -> bool:  # noqa: ARG002
        """Whether a call that has the trait is worth a finding."""
        return True

    @abstractmethod
    def message(self, call: Call, fact: Api) -> str:
        """What is wrong with a call."""


def calls_with(context: Context, trait: str) -> Iterator[tuple[str, int, Api]]:
    """The calls of modules that are judged whose callee has a trait, in order."""
    known = knowledge()
    methods = known.trait_methods(trait)
    found = []
    for (target, name), calls in context.program.callees.items():
        typed = not target and name.rpartition(".")[2] in methods
        fact = known.trait(target, trait) if target else None
        for path, place in calls if fact or typed else ():
            made = fact or typed_trait(context, path, place, trait)
            if made is not None and path in context.facts.modules:
                found.append((path, place, made))
    return iter(sorted(found, key=lambda one: one[:2]))


def typed_trait(context: Context, path: str, place: int, trait: str) -> Api | None:
    """The trait of a method whose receiver has a known class."""
    target = context.program.callee(path, place)
    if target is None or target.kind != "library":
        return None
    return knowledge().trait(target.dotted, trait)


def is_bound_to_hold(call: Call, fact: Api) -> bool:
    """Whether all conditions of a fact surely hold, and nothing spares the call."""
    if unpacks(call):
        return False
    spared = [call.keyword(name) for name in fact.also]
    spared += [call.argument(fact.position, fact.parameter)] if fact.parameter else []
    if any(not is_none(value) for value in spared):
        return False
    return all(holds(call, condition) for condition in fact.conditions)


class ThreadedLearner(TraitRule):
    """A learner whose threads race, so that bits differ."""

    code = "SKL101"
    name = "threaded-learner"
    severity = Severity.LOW
    confidence = Confidence.MEDIUM
    remedy = "use one thread, or the deterministic mode of the learner"
    trait = "threaded"

    def message(self, call: Call, fact: Api) -> str:
        """Name the argument that would make it steady."""
        wanted = f"`{fact.kind}`" if fact.kind else "one thread"
        return (
            f"`{call.name}` learns in threads that race: without {wanted} bits differ in each run"
        )


class SizedRandomness(TraitRule):
    """Randomness that starts when the data are large."""

    code = "SKL102"
    name = "randomness-by-size"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = "choose the solver, or pass random_state"
    trait = "sized"

    def is_told(self, context: Context, path: str, place: int) -> bool:
        """Silent where the data are written out in the code, or NumPy's stream is seeded."""
        call = context.modules[path].calls[place]
        if is_fraction(call) or fits_small_data(context, path, place):
            return False
        return not context.draws.seeded_near(path, "numpy")

    def message(self, call: Call, fact: Api) -> str:
        """Name the parameter."""
        return f"`{call.name}` is random on large data only, and gets no `{fact.parameter}`"


def is_fraction(call: Call) -> bool:
    """Whether the number of components is a share of the variance, which takes no randomness."""
    given = call.argument(0, "n_components")
    return isinstance(given, Literal) and not isinstance(given.value, int)


def fits_small_data(context: Context, path: str, place: int) -> bool:
    """Whether what a call makes is trained on a list in the text."""
    index = context.modules[path]
    uses = context.facts.uses(path)
    waiting = list(uses.of_result(place))
    for use in uses.of_result(place):
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and target is not None:
            waiting.extend(uses.of_name(use.function, getattr(target, "text", "")))
    return any(is_small(index.calls[use.call]) for use in waiting if use.kind == "receiver")


def is_small(call: Call) -> bool:
    """Whether the first argument is a list or tuple in the text."""
    return bool(call.arguments) and (
        isinstance(call.arguments[0], Compound) and call.arguments[0].kind in ("List", "Tuple")
    )


class UnstableSort(TraitRule):
    """A sort that breaks ties as it likes, of which only the first are kept."""

    code = "SKL103"
    name = "unstable-sort"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = 'sort with kind="stable", or by a second column'
    trait = "unstable"

    def is_told(self, context: Context, path: str, place: int) -> bool:
        """Only where the order decides which are kept."""
        call = context.modules[path].calls[place]
        keys = call.argument(0, "by")
        if isinstance(keys, Compound) and len(keys.parts) > 1:
            return False
        return any(keeps_first(use) for use in context.facts.uses(path).of_result(place))

    def message(self, call: Call, fact: Api) -> str:  # noqa: ARG002
        """Say that ties decide."""
        return f"`{call.name}` is no stable sort, so ties decide which are kept"


def keeps_first(use: Use) -> bool:
    """Whether a use takes some from one end: `.head(10)`, `[:10]`, `[-10:]`."""
    if use.kind == "receiver" and not use.containers:
        return use.detail in FIRST_ROWS
    return any(is_truncated(container) for container in use.containers)


def is_truncated(container: object) -> bool:
    """Whether a subscript is a slice that leaves some out."""
    if not isinstance(container, Compound) or container.kind != "Subscript":
        return False
    key = container.parts[1]
    if not isinstance(key, Compound) or key.kind != "Slice":
        return False
    return any(not is_none(part) for part in key.parts[:2])


class LegacyNumpy(Rule):
    """Draws from NumPy's shared stream, which new code leaves alone."""

    code = "RNG102"
    name = "legacy-numpy-random"
    severity = Severity.INFO
    remedy = "draw from a generator of np.random.default_rng(seed)"
    preview = True

    def applies(self, context: Context) -> bool:
        """Judge repositories that draw from NumPy's stream by name."""
        return any(is_legacy(known) for known in context.facts.role("draw"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for each file, at its first draw."""
        told = set()
        for known in context.facts.role("draw"):
            if is_legacy(known) and known.path not in told:
                told.add(known.path)
                where = context.facts.place_of(known.path, known.call.span)
                yield self.at(where, f"`{known.call.name}` draws from NumPy's old shared stream")


def is_legacy(known: Known) -> bool:
    """Whether a call is a function of the old interface, not a method of a generator."""
    fact = known.fact
    return fact.library == "numpy" and fact.streams == ("numpy",) and not fact.method


RULES: tuple[type[Rule], ...] = (
    FreshEntropyDefault,
    ThreadedLearner,
    SizedRandomness,
    UnstableSort,
    LegacyNumpy,
)
