"""Where estimators and splitters draw: not where they are made, but where they are fitted."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import SHARED, Event, is_random
from repro_lint.flow.objects import Holder, Objects, Trail
from repro_lint.flow.operations import assignments
from repro_lint.records import Record
from repro_lint.syntax.index import Comprehension, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.target import Target
    from repro_lint.flow.uses import Use
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Assign, Call, Value

KINDS = frozenset(("estimator", "splitter", "search", "sampler"))
# Methods that draw; the first ones return the estimator itself.
RETURNING = frozenset(("fit", "partial_fit"))
DRAWING = RETURNING | {
    "fit_transform",
    "fit_predict",
    "fit_resample",
    "fit_sample",
    "split",
}
# Of some classes other methods draw too, or only these.
ALSO_DRAWING = {
    "GaussianMixture": frozenset(("sample",)),
    "BayesianGaussianMixture": frozenset(("sample",)),
    "PatchExtractor": frozenset(("transform",)),
    "BernoulliRBM": frozenset(("gibbs", "score_samples")),
}
ONLY_DRAWING = {
    "DummyClassifier": frozenset(("predict", "predict_proba", "score")),
    "PatchExtractor": frozenset(("transform", "fit_transform")),
}
SAME = frozenset(
    ("set_params", "set_output", "set_fit_request", "items", "values", "get", "pop", "copy")
)
TRAINERS = frozenset(
    (
        "cross_val_score",
        "cross_val_predict",
        "cross_validate",
        "learning_curve",
        "validation_curve",
        "permutation_test_score",
        "LearningCurveDisplay.from_estimator",
        "ValidationCurveDisplay.from_estimator",
        "bias_variance_decomp",
        "paired_ttest_5x2cv",
        "paired_ttest_kfold_cv",
        "paired_ttest_resampled",
        "combined_ftest_5x2cv",
        "bootstrap_point632_score",
        "plot_learning_curves",
    )
)
# These give seeds of their own to what they train.
SEEDING = frozenset(
    (
        "BaggingClassifier",
        "BaggingRegressor",
        "BalancedBaggingClassifier",
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "EasyEnsembleClassifier",
        "IterativeImputer",
        "RANSACRegressor",
        "RUSBoostClassifier",
    )
)
PASSING = frozenset(
    (
        "builtins.dict",
        "builtins.enumerate",
        "builtins.filter",
        "builtins.iter",
        "builtins.list",
        "builtins.map",
        "builtins.max",
        "builtins.min",
        "builtins.next",
        "builtins.reversed",
        "builtins.sorted",
        "builtins.tuple",
        "builtins.zip",
        "collections.OrderedDict",
        "copy.copy",
        "copy.deepcopy",
        "itertools.chain",
        "itertools.product",
        "sklearn.base.clone",
        "sklearn.clone",
    )
)
FAMILY = ("sklearn.", "imblearn.", "mlxtend.", "skopt.", "dask_ml.", "tslearn.", "sktime.")


class Training(Record):
    """The calls in which an estimator draws; `open` where it may be trained out of sight."""

    calls: tuple[tuple[str, int], ...]
    open: bool
    seeded: bool


class Estimators:
    """The estimators of a program that get no seed, and where they are trained."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.objects = Objects(facts)

    @cached_property
    def trainings(self) -> Mapping[tuple[str, int], Training]:
        """For each call that makes an estimator without a seed where that draws."""
        found = {}
        for known in self.facts.role("draw"):
            key = (known.path, known.place)
            if key not in found and is_delayed(known.fact) and is_random(known.call, known.fact):
                found[key] = self.training(known)
        return found

    def training(self, known: Known) -> Training:
        """Where one estimator is trained."""
        trail = EstimatorTrail(self.objects, known)
        trail.follow()
        trail.open = trail.open or bool(trail.results or trail.holders)
        return Training(tuple(sorted(trail.draws)), trail.open, trail.seeded)

    @cached_property
    def drawing(self) -> Mapping[tuple[str, int], tuple[Event, ...]]:
        """For each call that trains estimators without seeds the draws of these."""
        found: dict[tuple[str, int], dict[Event, None]] = {}
        for known in self.facts.role("draw"):
            training = self.trainings.get((known.path, known.place))
            if training is None or training.seeded or not is_random(known.call, known.fact):
                continue
            for place in training.calls:
                event = Event("draw", known.fact.streams, known.fact)
                found.setdefault(place, {})[event] = None
        return {place: tuple(events) for place, events in found.items()}

    def trains(self, path: str, place: int) -> bool:
        """Whether a call trains an estimator that gets no seed."""
        return (path, place) in self.drawing

    def events(self, path: str, place: int, known: tuple[Event, ...]) -> tuple[Event, ...]:
        """What a call does to streams, draws of estimators moved to where they are trained."""
        training = self.trainings.get((path, place))
        if training is not None and (training.calls or training.seeded or not training.open):
            known = tuple([event for event in known if event.kind != "draw"])
        return known + self.drawing.get((path, place), ())


def is_delayed(fact: Api) -> bool:
    """Whether what a callee makes draws later, when it is trained."""
    if fact.kind not in KINDS or not fact.parameter or fact.method:
        return False
    if not fact.streams or fact.streams[0] not in SHARED:
        return False
    return fact.name.rpartition(".")[2][:1].isupper()


class EstimatorTrail(Trail):
    """The way of an estimator: through pipelines, searches, collections and functions."""

    seeding: frozenset[str] = frozenset()
    below = ()

    def __init__(self, objects: Objects, known: Known) -> None:
        """Start where the estimator is made."""
        super().__init__(objects, known.path, known.place)
        self.parameter = known.fact.parameter
        self.open = False
        bare = known.fact.name.rpartition(".")[2]
        also = ALSO_DRAWING.get(bare, frozenset())
        self.drawing = ONLY_DRAWING.get(bare, DRAWING | also)

    def is_settled(self) -> bool:
        """Only a seed ends the search."""
        return self.seeded

    def read_surroundings(self) -> None:
        """What is around the call tells nothing."""

    def uses(self, path: str, uses: list[Use]) -> None:
        """Note what each use does; the variables of a comprehension hold what it goes over."""
        for use in uses:
            for container in use.containers:
                if isinstance(container, Comprehension):
                    for target in container.targets:
                        self.hold_names(path, use.function, target)
        super().uses(path, uses)

    def receive(self, path: str, use: Use) -> None:
        """A method of the estimator, or of what holds it, is called."""
        method = use.detail.rpartition(".")[2]
        if method in self.drawing:
            self.draws.add((path, use.call))
        if method in SAME or method in RETURNING:
            self.results.append((path, use.call))
        if method == "set_params":
            call = self.program.modules[path].calls[use.call]
            self.seeded = self.seeded or any(self.names_seed(key) for key, _ in call.keywords)

    def names_seed(self, key: str) -> bool:
        """Whether a keyword of `set_params` may be the seed, of the estimator or of a step."""
        return key == "**" or key.rpartition("__")[2] == self.parameter

    def hand(self, path: str, use: Use) -> None:
        """The estimator is an argument."""
        call = self.program.modules[path].calls[use.call]
        method = call.name.rpartition(".")[2]
        if method in ("append", "add", "insert", "extend", "setattr", "update"):
            self.holders.extend(self.holder_of(path, use, call))
            return
        target = self.program.callee(path, use.call)
        dotted = target.dotted if target is not None and target.kind == "library" else call.target
        if dotted:
            self.give(path, use, dotted)
        elif target is None:
            self.open = True
        else:
            self.entered.setdefault((target.path, target.place), set()).add((path, use.call))
            self.enter(target, use.detail, "." in call.name)

    def holder_of(self, path: str, use: Use, call: Call) -> list[Holder]:
        """The collection that takes the estimator."""
        name = call.name.rpartition(".")[0]
        return [Holder(path, use.function, name)] if name else []

    def give(self, path: str, use: Use, dotted: str) -> None:
        """A function or class of a library takes the estimator."""
        short = dotted.rpartition(".")[2]
        if ".".join(dotted.rsplit(".", 2)[1:]) in TRAINERS or short in TRAINERS:
            self.draws.add((path, use.call))
        elif dotted in PASSING:
            self.results.append((path, use.call))
        elif dotted.startswith(FAMILY) and (short[:1].isupper() or short.startswith("make_")):
            if short not in SEEDING:
                self.results.append((path, use.call))
        elif not dotted.startswith("builtins."):
            self.open = True

    def enter(self, target: Target, detail: str, dotted: bool) -> None:  # noqa: FBT001
        """A function or class of the repository takes the estimator."""
        before = len(self.holders)
        super().enter(target, detail, dotted)
        self.open = self.open or len(self.holders) == before

    def assign(self, path: str, use: Use) -> None:
        """The estimator gets a name."""
        target = getattr(use.operation, "target", None)
        if target is not None:
            self.hold_names(path, use.function, target)

    def give_back(self, path: str, place: int) -> None:
        """A function gives the estimator to its callers."""
        calls = self.returns_to(path, place)
        self.results.extend(calls)
        self.open = self.open or not calls

    def hold(self, holder: Holder) -> None:
        """Follow a name; an attribute or a variable that others import may be trained there."""
        if "." in holder.name or (
            holder.function == 0 and holder.path in self.program.imported_somewhere
        ):
            self.open = True
        self.read_seed(holder)
        super().hold(holder)

    def read_seed(self, holder: Holder) -> None:
        """Look for a seed that is set as an attribute."""
        wanted = Name(f"{holder.name}.{self.parameter}")
        functions = self.program.modules[holder.path].functions
        places = range(len(functions)) if "." in holder.name else (holder.function,)
        for place in places:
            if any(made.target == wanted for made in assignments(functions[place].body)):
                self.seeded = True

    def read_assignments(
        self,
        holder: Holder,
        function: int,  # noqa: ARG002
        assigned: Mapping[str, list[Assign]],
    ) -> None:
        """Look for a seed that is set as an attribute."""
        self.seeded = self.seeded or f"{holder.name}.{self.parameter}" in assigned

    def replaced(self, path: str, value: Value) -> None:
        """Another value of the same name leaves the estimator as it is."""

    def read_attribute(self, attribute: str) -> None:
        """Attributes of other objects are not asked."""
