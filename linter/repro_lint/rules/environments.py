"""RNG: environments of reinforcement learning that start from fresh entropy."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.environments import Life, Start
    from repro_lint.rules.base import Context


class UnseededEnvironment(Rule):
    """An environment whose episodes start differently in each run."""

    code = "RNG016"
    name = "unseeded-environment"
    severity = Severity.HIGH
    remedy = "give the first reset a seed, and seed the action space"

    def applies(self, context: Context) -> bool:
        """Judge repositories that use a library of environments."""
        return any(
            entry.module.partition(".")[0] in LIBRARIES
            for index in context.facts.modules.values()
            for entry in index.imports
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first unseeded use of each environment."""
        from repro_lint.flow.environments import Environments  # noqa: PLC0415  few need it

        environments = Environments(context.facts)
        told: set[Start] = set()
        for path, place in environments.made():
            life = environments.life(path, place)
            start = first_unseeded(life)
            if start is None:
                continue
            message = told_of(context, life, start)
            if is_script(context, path) and not is_script(context, start.path):
                start = start._replace(path=path, call=place)
            if start in told:
                continue
            told.add(start)
            call = context.modules[start.path].calls[start.call]
            where = context.facts.place_of(start.path, call.span)
            sure = sureness(context, start) if start.path == path else Confidence.MEDIUM
            yield self.at(where, message, confidence=sure)
        for start in environments.forgotten_spaces():
            if start not in told:
                call = context.modules[start.path].calls[start.call]
                where = context.facts.place_of(start.path, call.span)
                message = f"`{call.name}` draws from a stream of its own, which `seed` leaves out"
                yield self.at(where, message, confidence=Confidence.MEDIUM)


LIBRARIES = frozenset(("gym", "gymnasium", "dm_control", "stable_baselines3", "procgen"))


def first_unseeded(life: Life) -> Start | None:
    """Where an environment first draws without a seed; None if all is seeded."""
    if life.resets and not life.seeded:
        return life.resets[0]
    if life.samples and not life.space_seeded:
        return life.samples[0]
    return None


def is_script(context: Context, path: str) -> bool:
    """Whether a run begins in a file; what it makes it should seed."""
    return any(entry.path == path for entry in context.program.entries)


def told_of(context: Context, life: Life, start: Start) -> str:
    """What a start without seed does."""
    from repro_lint.flow.environments import trains_on  # noqa: PLC0415  few need it

    name = context.modules[start.path].calls[start.call].name
    if start in life.samples:
        return f"`{name}` draws from a stream of its own, which nothing seeds"
    if trains_on(context.program, start.path, start.call):
        return f"`{name}` gets no seed, so the episodes of its environment differ in each run"
    return f"`{name}` gets no seed, here or before, so episodes differ in each run"


def sureness(context: Context, start: Start) -> Confidence:
    """How sure it is that the result of a run depends on a start."""
    entries = context.program.entries_reaching(start.path)
    trains = any(entry.kind == "training" for entry in entries)
    return Confidence.HIGH if trains else Confidence.MEDIUM


RULES: tuple[type[Rule], ...] = (UnseededEnvironment,)
