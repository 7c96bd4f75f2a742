"""Draws whose value only names, prints, waits or picks a port: no number of a run depends on it."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.shapes import Shapes
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Assign, Compound, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Function, Value

COSMETIC_NAME = pattern(
    r"(^|_|\.)(port|master_port|run_name|run_id|exp_name|exp_id|uid|uuid|color|colour|colors|tmp"
    r"|tmp_?dir|tmp_?file|temp\w*|suffix|job_id|session\w*|token|delay|jitter|sleep|backoff"
    r"|wait\w*|user_agent|proxy|hash_id|dir_name|file_?name|log_?dir|save_?dir|output_?dir"
    r"|worker_id|ids?_(generator|counter|iter\w*|source)|dummy\w*|(example|sample|fake|mock)_(in)?puts?|rdzv\w*|dist_url|timestamp)$",
    re.IGNORECASE,
)
COSMETIC_CALL = pattern(
    r"(^|\.)(sleep|print|info|debug|warning|error|format|join|makedirs|mkdir|title|hexdigest"
    r"|set_description|Path|b64encode)$"
)
COSMETIC_FUNCTION = pattern(
    r"(^|[._])((run|exp|experiment|job)_(name|id)|slug|u?uid|free_port|file_?name"
    r"|rand(om)?_colou?rs?|(dummy|mock)(_\w+)?|(flops|macs|latency|throughput)(_\w+)?)$",
    re.IGNORECASE,
)
# What counts operations or follows a model's graph asks for the sizes of its inputs only.
MEASURING_CALL = pattern(
    r"(^|\.)(flop_?count\w*|Flop(Analyzer|CountAnalysis)|get_model_complexity_info|make_dot"
    r"|onnx\.export|jit\.trace|add_graph|(torchsummary|torchinfo|torchstat)\.\w+|thop\.profile)$"
)
PICTURE_PATH = pattern(
    r"(^|/)_?(visuali[sz](er|ers|ation)|colou?rs?|colou?r_?maps?|palettes?)\.py$"
    r"|(^|/)(manim\w*|animations?)/"
)
# What a choice of one changes no number of.
DEVICES = pattern(
    r"(^|[_.])(devices?|gpus?|ports|colou?rs|hosts|endpoints)(_ids|_list)?$", re.IGNORECASE
)
STEPS = 4


def is_cosmetic(facts: Facts, path: str, place: int) -> bool:
    """Whether every use of the result of a call is cosmetic, or the code around it is."""
    if is_in_cosmetic_code(facts, path, place):
        return True
    uses = facts.uses(path)
    found = uses.of_result(place)
    return are_cosmetic(facts, path, found, STEPS) or Shapes(uses).only(found)


def is_in_cosmetic_code(facts: Facts, path: str, place: int) -> bool:
    """Whether a call belongs to a function that makes names, colours or stand-ins."""
    function = facts.function(path, facts.program.modules[path].calls[place].function)
    if function.kind != "function":
        return False
    return bool(PICTURE_PATH.search(path) or COSMETIC_FUNCTION.search(function.name))


def is_cosmetic_use(facts: Facts, path: str, use: Use, steps: int) -> bool:
    """Whether one use is cosmetic."""
    if any(isinstance(c, Compound) and c.kind == "JoinedStr" for c in use.containers):
        return True
    if use.kind == "index":
        return picks_device(use)
    if use.kind == "assigned" and isinstance(use.operation, Assign):
        return is_cosmetic_target(facts, path, use, steps)
    if use.kind != "argument":
        return False
    call = facts.program.modules[path].calls[use.call]
    if COSMETIC_CALL.search(call.name) or COSMETIC_NAME.search(use.detail):
        return True
    if MEASURING_CALL.search(call.target or call.name):
        return True
    if steps and knowledge().trait(call.target, "converts"):
        return are_cosmetic(facts, path, facts.uses(path).of_result(use.call), steps - 1)
    return False


def picks_device(use: Use) -> bool:
    """Whether a value is the index of one of several devices, ports or colours."""
    subscript = use.containers[0]
    held = subscript.parts[0] if isinstance(subscript, Compound) else None
    return isinstance(held, Name) and bool(DEVICES.search(held.text))


def are_cosmetic(facts: Facts, path: str, uses: Sequence[Use], steps: int) -> bool:
    """Whether there are uses and all of them are cosmetic."""
    return bool(uses) and all(is_cosmetic_use(facts, path, use, steps) for use in uses)


def is_cosmetic_target(facts: Facts, path: str, use: Use, steps: int) -> bool:
    """Whether a value is kept under a cosmetic name, or a name with cosmetic uses only."""
    text = target_text(use.operation.target if isinstance(use.operation, Assign) else None)
    if COSMETIC_NAME.search(text):
        return True
    if not text or not steps:
        return False
    return are_cosmetic(facts, path, uses_of_name(facts, path, use.function, text), steps - 1)


def uses_of_name(facts: Facts, path: str, function: int, text: str) -> list[Use]:
    """The uses of a variable and its attributes, in other functions too where these see it."""
    found = []
    for place in who_sees(facts, path, function, text):
        for name, uses in facts.uses(path).names_in(place).items():
            if name == text or name.startswith(text + "."):
                found.extend(uses)
    return found


def who_sees(facts: Facts, path: str, function: int, text: str) -> Iterator[int]:
    """The functions in which a name means what it means in one: for attributes all methods."""
    head, dot, _ = text.partition(".")
    if function and not dot:
        yield function
        return
    functions = facts.program.modules[path].functions
    holder = facts.program.enclosing_class(path, function) if head == "self" else None
    if holder is not None:
        yield from inside(functions, holder.place)
        return
    for place, record in enumerate(functions):
        if dot or place == function or head not in record.bound:
            yield place


def inside(functions: Sequence[Function], holder: int) -> Iterator[int]:
    """The places of all functions in a class; places count in the order of the text."""
    for place in range(holder + 1, len(functions)):
        if functions[place].parent < holder:
            return
        yield place


def target_text(target: Value | None) -> str:
    """The name under which a value is kept; the key for `os.environ["PORT"]`."""
    if isinstance(target, Name):
        return target.text
    if isinstance(target, Compound) and target.kind == "Subscript":
        key = target.parts[1]
        return str(getattr(key, "value", "")).lower() if not isinstance(key, Result) else ""
    return ""
