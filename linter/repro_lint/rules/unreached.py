"""RNG001 in code that no entry reaches: by what a draw decides and who could seed it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow import control, roles
from repro_lint.flow.control import DEFERRED, Controls
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.status import EXPOSED, UNREACHED
from repro_lint.flow.transfer import Site
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.rules.exposure import OWN_RULES, in_trial, makes_seed, only_without, takes_effect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from repro_lint.flow.control import Control
    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context, Rule

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
# How sure it is that a draw is a defect, by what it decides and by who could seed it;
# None: that it is one cannot be told.
SEEDS = (
    control.OWN,
    control.OBJECT,
    control.CALLER,
    control.NOBODY,
    control.ELSEWHERE,
    control.NEAR,
)
CONFIDENCE: dict[str, dict[str, Confidence | None]] = {
    role: dict(zip(SEEDS, row, strict=True))
    for role, row in {
        roles.ORDER: (HIGH, HIGH, MEDIUM, MEDIUM, MEDIUM, MEDIUM),
        roles.DATA: (HIGH, HIGH, MEDIUM, MEDIUM, LOW, LOW),
        roles.LAYER: (MEDIUM, None, None, None, None, None),
        roles.INITIAL: (HIGH, MEDIUM, MEDIUM, MEDIUM, LOW, None),
        roles.NUMBERS: (HIGH, MEDIUM, MEDIUM, MEDIUM, LOW, None),
        roles.MADE_UP: (HIGH, MEDIUM, LOW, None, None, None),
        roles.AUGMENT: (MEDIUM, LOW, LOW, None, None, None),
        roles.NOISE: (MEDIUM, LOW, LOW, None, None, None),
    }.items()
}
REASONS = {
    control.OWN: "though `{name}` is given to this code",
    control.OBJECT: "though this code has `{name}`",
    control.CALLER: "though what calls this code takes `{name}`",
    control.NOBODY: "which nothing here seeds",
    control.ELSEWHERE: "which this code does not seed",
    control.NEAR: "which this code does not seed",
}


class Open(Record):
    """What draws of one file from one stream have in common."""

    path: str
    stream: str
    control: Control
    confidence: Confidence


def unreached(rule: Rule, context: Context, told: AbstractSet[Site]) -> Iterator[Finding]:
    """One finding for the draws of a file from one stream that have the same reason.

    `told` are the draws that an entry surely reaches unseeded and that are reported there.
    """
    found: dict[Open, list[Known]] = {}
    for known, judged in open_draws(context):
        site = Site(known.path, known.place)
        if site not in told and not is_in_worker(context, site):
            found.setdefault(judged, []).append(known)
    for judged, draws in found.items():
        yield finding_of(rule, context, judged, draws)


def is_in_worker(context: Context, site: Site) -> bool:
    """Whether a draw belongs to workers or to what loaders read, which have rules of their own."""
    if site in context.starts.told:
        return True
    return bool(context.facts.role("worker")) and site in context.loaders.judged


def open_draws(context: Context) -> Iterator[tuple[Known, Open]]:
    """The draws that no entry reaches and that nothing around them seeds."""
    controls = Controls(context.facts, context.draws)
    for known in context.facts.role("draw"):
        stream = known.fact.streams[0]
        if known.fact.library in OWN_RULES or stream not in knowledge().streams:
            continue
        if is_layer_alone(context, known) or not is_open(context, known, stream):
            continue
        if controls.seeded_by_callers(known, stream) or controls.seeded_where_named(known, stream):
            continue
        who = controls.of(known, stream)
        if who.kind == control.OWN and only_without(context, known, who.name):
            continue
        confidence = confidence_of(context, known, who)
        if confidence is not None and not is_cosmetic(context.facts, known.path, known.place):
            yield known, Open(known.path, stream, who, confidence)


def is_layer_alone(context: Context, known: Known) -> bool:
    """Whether a draw makes the first weights of a layer, and the code around it takes no seed."""
    if roles.KINDS.get(known.fact.kind) != roles.LAYER:
        return False
    return not context.draws.ignored_parameter(known.path, known.call.function)


def is_open(context: Context, known: Known, stream: str) -> bool:
    """Whether no entry reaches a draw, or one reaches it unseeded, and nothing else seeds it."""
    if not is_plain(context, known, stream):
        return False
    state = context.draws.standing(known.path, known.place, stream).state
    return state in (UNREACHED, EXPOSED)


def is_plain(context: Context, known: Known, stream: str) -> bool:
    """Whether a draw surely happens, decides something, and nothing around it seeds."""
    if known.path.endswith(".ipynb") or in_trial(context, known):
        return False
    if not takes_effect(context, known):
        return False
    if context.draws.surroundings_seed(known.path, known.call.function, stream):
        return False
    return not makes_seed(context, known)


def confidence_of(context: Context, known: Known, who: Control) -> Confidence | None:
    """How sure it is that a draw is a defect; None where it is the entry's to judge."""
    stream = known.fact.streams[0]
    state = context.draws.standing(known.path, known.place, stream).state
    if state == EXPOSED and who.kind != control.OWN:
        return None
    if draws_later(context, known):
        return LOW if who.kind == control.OWN else None
    found = CONFIDENCE[roles.role_of(context.facts, known)][who.kind]
    near = who.kind == control.OWN and context.draws.seeded_by_users(known.path, stream)
    return MEDIUM if near and found == HIGH else found


def finding_of(rule: Rule, context: Context, judged: Open, draws: list[Known]) -> Finding:
    """The finding for draws of one file from one stream."""
    path, stream, who, confidence = judged
    label = knowledge().streams[stream].label
    count = f" ({len(draws)} draws)" if len(draws) > 1 else ""
    sites = tuple(context.facts.place_of(path, known.call.span) for known in draws)
    reason = REASONS[who.kind].format(name=who.name)
    message = f"`{draws[0].call.name}` draws from {label}, {reason}{count}"
    group = f"{path}:{stream}:{who.name}"
    finding = rule.at(sites[0], message, severity=Severity.HIGH, confidence=confidence, group=group)
    return finding._replace(stream=stream, sites=sites if len(sites) > 1 else ())


def draws_later(context: Context, known: Known) -> bool:
    """Whether a call only makes what draws later, and some code of the project may seed that."""
    if known.fact.kind not in DEFERRED:
        return False
    stream = known.fact.streams[0]
    beside = context.program.companions(known.path)
    return any(stream in context.draws.seeded_in(path) for path in beside)
