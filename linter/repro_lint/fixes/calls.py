"""Fixes of one call: a seed that it gets, an argument that it loses, a checksum for `hash`."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.fixes import expressions
from repro_lint.fixes.plan import SAFE, UNSAFE, Edit, Plan
from repro_lint.fixes.scope import import_edit, new_constant, seed_at
from repro_lint.flow.hashes import TEXT, Kinds
from repro_lint.syntax.index import Compound, Literal, Result
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from repro_lint.findings import Finding
    from repro_lint.fixes.planner import Planner
    from repro_lint.fixes.scope import Seed
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Call, ModuleIndex, Value

SEEDS = frozenset(("seed", "random_state", "random_seed", "x", "manual_seed"))
ATTEMPTS = 2


def seeded_call(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Give a call the seed in scope, at the second attempt a new constant."""
    path, place = finding.location.path, planner.place_at(finding.location)
    if place is None or attempt >= ATTEMPTS:
        return None
    call = planner.context.modules[path].calls[place]
    fact = takes(planner, path, place)
    if fact is None or unpacks(call):
        return None
    line = call.span.line
    find = new_constant if attempt else None
    seed = find(planner, path, line) if find else seed_at(planner, path, call.function, line)
    return None if seed is None else giving(finding, call, fact, seed)


def takes(planner: Planner, path: str, place: int) -> Api | None:
    """The fact that names the seed parameter of a call."""
    for known in planner.context.facts.of_call(path, place):
        fact = known.fact
        if fact.role in {"draw", "generator"} and fact.parameter in {*SEEDS, "sampler"}:
            return fact
    return None


def giving(finding: Finding, call: Call, fact: Api, seed: Seed) -> Plan | None:
    """The plan that hands a seed to a call."""
    value, name = seed.text, fact.parameter
    if name == "sampler":
        head = call.name.rpartition(".")[0]
        if head != "optuna" or call.keyword("directions") or call.keyword("sampler"):
            return None
        value = f"optuna.samplers.TPESampler(seed={seed.text})"
    given = call.keyword(name)
    if given is None and 0 <= fact.position < len(call.arguments):
        return None
    if given is not None and not is_none(given):
        return None
    # Python's and NumPy's own generators are called with the seed alone.
    alone = (
        fact.role == "generator" and fact.position == 0 and not call.arguments and not call.keywords
    )
    if name == "x" and not alone:
        return None
    edit = Edit(
        finding.location.path,
        call.span,
        expressions.with_argument(name, value, positional=alone),
    )
    shown = value if alone else f"{name}={value}"
    return Plan(f"pass `{shown}` to `{call.name}`", UNSAFE, (edit, *seed.edits))


def without_state(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Drop the seed that a splitter without `shuffle=True` refuses."""
    call = planner.call_at(finding.location)
    if call is None or attempt or call.keyword("random_state") is None:
        return None
    edit = Edit(finding.location.path, call.span, expressions.without_argument("random_state"))
    return Plan(f"drop `random_state` of `{call.name}`", SAFE, (edit,))


def checksum(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Put a checksum that no process salts in the place of `hash`."""
    path, call = finding.location.path, planner.call_at(finding.location)
    if call is None or attempt or call.keywords:
        return None
    if Kinds(planner.context.facts, path, call.function).of(call.arguments[0]) != TEXT:
        return None
    index = planner.context.modules[path]
    known = [e for e in index.imports if e.alias == "zlib"]
    taken = any("zlib" in function.bound for function in index.functions)
    if taken or any(entry.module != "zlib" or entry.member for entry in known):
        return None
    here = any(entry.function == 0 and entry.line <= call.span.line for entry in known)
    imports = () if here else import_edit(planner, path, call.span.line, "import zlib\n")
    if not here and not imports:
        return None
    ending = "" if is_surely_text(index, call.arguments[0]) else "str"
    edit = Edit(path, call.span, expressions.checksum("zlib", ending))
    return Plan("use `zlib.crc32` in place of `hash`", UNSAFE, (edit, *imports))


def is_surely_text(index: ModuleIndex, held: Value) -> bool:
    """Whether what is hashed has a method `encode`: bytes have none."""
    if isinstance(held, Result):
        return index.calls[held.call].target in {"builtins.str", "builtins.repr"}
    if isinstance(held, Compound):
        adds = held.kind == "BinOp" and held.detail == "Add"
        return held.kind == "JoinedStr" or (
            adds and any(is_surely_text(index, part) for part in held.parts)
        )
    return isinstance(held, Literal) and isinstance(held.value, str)
