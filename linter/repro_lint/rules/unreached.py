"""RNG001 in code that no entry reaches: draws that callers cannot or do not seed."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.status import UNREACHED
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.exposure import (
    DEFERRED,
    OWN_RULES,
    draws_data,
    in_trial,
    only_without,
    takes_effect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context, Rule


def unreached(rule: Rule, context: Context) -> Iterator[Finding]:
    """One finding for each file and stream that is drawn from in code that no entry reaches."""
    found: dict[tuple[str, str, str], list[Known]] = {}
    for known in context.facts.role("draw"):
        stream = known.fact.streams[0]
        if known.fact.library in OWN_RULES or stream not in knowledge().streams:
            continue
        parameter = context.draws.ignored_parameter(known.path, known.call.function)
        if not parameter and not draws_data(known):
            continue
        if is_open(context, known, stream, parameter):
            found.setdefault((known.path, stream, parameter), []).append(known)
    for (path, stream, parameter), draws in found.items():
        yield ignored(rule, context, path, stream, parameter, draws)


def is_open(context: Context, known: Known, stream: str, parameter: str) -> bool:
    """Whether nothing that is known of a draw speaks for its being seeded or harmless."""
    if known.path.endswith(".ipynb") or in_trial(context, known):
        return False
    if not takes_effect(context, known):
        return False
    if context.draws.status(known.path, known.place, stream).state != UNREACHED:
        return False
    if context.draws.surroundings_seed(known.path, known.call.function, stream):
        return False
    if parameter and only_without(context, known, parameter):
        return False
    return not is_cosmetic(context.facts, known.path, known.place)


def ignored(
    rule: Rule, context: Context, path: str, stream: str, parameter: str, draws: list[Known]
) -> Finding:
    """The finding for draws of one file from one stream."""
    label = knowledge().streams[stream].label
    count = f" ({len(draws)} draws)" if len(draws) > 1 else ""
    sites = tuple(context.facts.place_of(path, known.call.span) for known in draws)
    near = context.draws.seeded_near(path, stream)
    if parameter:
        reason = f"though `{parameter}` is given to this code"
        confidence = Confidence.MEDIUM if near else Confidence.HIGH
        if has_other_purpose(parameter, draws) or draws_later(context, stream, draws):
            confidence = Confidence.LOW
    else:
        reason = "which nothing here seeds"
        confidence = Confidence.LOW if near else Confidence.MEDIUM
    message = f"`{draws[0].call.name}` draws from {label}, {reason}{count}"
    finding = rule.at(
        sites[0],
        message,
        severity=Severity.HIGH,
        confidence=confidence,
        group=f"{path}:{stream}:{parameter}",
    )
    return finding._replace(stream=stream, sites=sites if len(sites) > 1 else ())


PURPOSE = pattern(
    r"^(?!random_|base_|global_|rng_|np_|torch_|numpy_|main_|master_|init_)(\w+)_seed$"
)


def has_other_purpose(parameter: str, draws: list[Known]) -> bool:
    """Whether a seed parameter is named after one thing, as `shuffle_seed`, and draws do others."""
    found = PURPOSE.match(parameter)
    return found is not None and not any(found[1] in known.call.name for known in draws)


def draws_later(context: Context, stream: str, draws: list[Known]) -> bool:
    """Whether calls only make what draws later, and some code of the repository may seed that."""
    if not all(known.fact.kind in DEFERRED for known in draws):
        return False
    return any(stream in context.draws.seeded_in(path) for path in context.facts.modules)
