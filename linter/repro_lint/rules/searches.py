"""SKL003: estimators that are trained in other processes, where NumPy's stream has no seed."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity, Step
from repro_lint.rules.base import Rule
from repro_lint.rules.estimators import confidence_of, omitted_seeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.searches import Sent
    from repro_lint.rules.base import Context


class UnseededInWorkers(Rule):
    """`n_jobs` over an estimator that leans on the global seed."""

    code = "SKL003"
    name = "unseeded-estimator-in-workers"
    severity = Severity.HIGH
    remedy = "pass random_state to the estimator"

    def applies(self, context: Context) -> bool:
        """Judge repositories that train estimators in workers."""
        return bool(context.searches.sent)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield estimators without `random_state` that the global seed does not reach."""
        trainers = {(sent.known.path, sent.known.place): sent for sent in context.searches.sent}
        for omitted in omitted_seeds(context, "scikit-learn"):
            if omitted.known.fact.effect != "varies":
                continue
            sent = trainers.get((omitted.known.path, omitted.known.place))
            # What is not seeded at all is told as such, by SKL001.
            if sent is not None and confidence_of(context, omitted) is None:
                yield self.found(context, sent)

    def found(self, context: Context, sent: Sent) -> Finding:
        """The finding for one estimator."""
        known, trainer = sent
        place = context.facts.place_of(known.path, known.call.span)
        start = context.facts.place_of(trainer.path, trainer.call.span)
        message = (
            f"`{known.call.name}` gets no `random_state` and `{trainer.call.name}` trains it in"
            " processes of joblib, where no seed of NumPy counts"
        )
        steps = (Step(place, known.call.name), Step(start, trainer.call.name))
        return self.at(place, message)._replace(stream="numpy", trace=steps)


RULES: tuple[type[Rule], ...] = (UnseededInWorkers,)
