"""SKL003: estimators that are trained in other processes, where NumPy's stream has no seed."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity, Step
from repro_lint.rules.base import Rule
from repro_lint.rules.estimators import Omitted, confidence_of, is_set_later
from repro_lint.rules.exposure import takes_effect

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
        for sent in context.searches.sent:
            if leans_on_seed(context, sent):
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
        finding = self.at(place, message)
        steps = (Step(place, known.call.name), Step(start, trainer.call.name))
        return finding._replace(stream="numpy", trace=steps)


def leans_on_seed(context: Context, sent: Sent) -> bool:
    """Whether an estimator varies, and only the global seed of the program would speak for it."""
    known = sent.known
    if known.fact.effect != "varies" or is_set_later(context, known):
        return False
    if not takes_effect(context, known):
        return False
    status = context.draws.status(known.path, known.place, known.fact.streams[0])
    # What is not seeded at all is told as such, by SKL001.
    return confidence_of(context, Omitted(known, status)) is None


RULES: tuple[type[Rule], ...] = (UnseededInWorkers,)
