"""Where a program turns determinism on or off, and whether it computes on CUDA."""

from __future__ import annotations

import re
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import holds
from repro_lint.flow.operations import blocks
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Assign, Branch, Compound, Literal, Name
from repro_lint.syntax.values import inside, names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.program import Program
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Call, ModuleIndex, Operation, Span, Value

CUDNN = "torch.backends.cudnn."
ASKS = pattern(r"seed|determinis|reproduc", re.IGNORECASE)
OPTION = pattern(r"benchmark|cudnn", re.IGNORECASE)
POLICY = pattern(
    r"[^#\n]*?(cudnn\.(deterministic|enabled)\b|cudnn\.benchmark\s*=(?!\s*True)"
    r"|determinis\w*\W{0,3}[=(:,)]|--?determinis|CUBLAS_WORKSPACE_CONFIG|_determinis)",
    re.MULTILINE | re.IGNORECASE,
)
POLICY_WORDS = ("eterminis", "DETERMINIS", "cudnn", "CUBLAS")
BENCHMARK = pattern(r"^[^#\n]*(cudnn\.|\bcudnn_|\()\s*benchmark\s*=", re.MULTILINE)
DEVICE_TEXT = pattern(r"cuda(:\d+|:)?$")
DEVICE_KEYWORDS = frozenset(("device", "map_location", "default"))
DEVICE_TAKERS = pattern(r"(^|\.)(to|device|add_argument|option|Option|Argument|Field|get|load)$")
MEASURING = pattern(r"bench|profil|speed|latency|throughput|(^|_)fps", re.IGNORECASE)
NEGATIVE = frozenset(("Is", "Eq", "Lt", "LtE"))
POSITIVE = frozenset(("IsNot", "NotEq", "Gt", "GtE"))

Tests = tuple[tuple["Value", bool], ...]


class Switch(Record):
    """An assignment to a member of `torch.backends.cudnn`, and the tests that lead to it."""

    path: str
    function: int
    name: str
    value: Value
    span: Span
    tests: Tests


class Switches:
    """What each module of a program says of determinism; read when asked for."""

    def __init__(self, program: Program) -> None:
        """Keep the program."""
        self.program = program
        self._cudnn: dict[str, tuple[Switch, ...]] = {}
        self._policy: dict[tuple[str, bool], bool] = {}
        self._cuda: dict[str, Span | None] = {}

    def cudnn(self, path: str) -> tuple[Switch, ...]:
        """The assignments to cuDNN's switches in a module, in source order."""
        found = self._cudnn.get(path)
        if found is None:
            mentioned = "cudnn" in self.program.repository.code(path)
            found = tuple(self.read_cudnn(path)) if mentioned else ()
            self._cudnn[path] = found
        return found

    def read_cudnn(self, path: str) -> Iterator[Switch]:
        """Find the assignments to cuDNN's switches in a module."""
        names = self.program.names(path)
        for place, function in enumerate(self.program.modules[path].functions):
            for operation, tests in tested(function.body):
                if not isinstance(operation, Assign) or not isinstance(operation.target, Name):
                    continue
                target = names.target(place, operation.target.text)
                if target.startswith(CUDNN):
                    name = target.removeprefix(CUDNN)
                    yield Switch(path, place, name, operation.value, operation.span, tests)

    def has_policy(self, path: str, *, benchmark: bool = False) -> bool:
        """Whether a module says anything of determinism, or of benchmarking if that counts."""
        key = (path, benchmark)
        if key not in self._policy:
            text = self.program.repository.code(path)
            found = any(POLICY.match(text, at) for at in lines_with(text, POLICY_WORDS))
            marked = benchmark and "benchmark" in text and bool(BENCHMARK.search(text))
            self._policy[key] = found or marked
        return self._policy[key]

    @cached_property
    def with_gradients(self) -> frozenset[str]:
        """The modules that compute gradients through torch."""
        return frozenset(
            path
            for (_, name), calls in self.program.callees.items()
            if name.endswith(".backward")
            for path, _ in calls
        )

    def speaks_of_cuda(self, path: str) -> bool:
        """Whether the text of a module has the words that `cuda` looks for."""
        text = self.program.repository.code(path)
        return "cuda" in text and "torch" in text

    def cuda(self, path: str) -> Span | None:
        """The first place of a module that puts something on CUDA through torch."""
        if path not in self._cuda:
            self._cuda[path] = None
            if self.speaks_of_cuda(path):
                self._cuda[path] = first_cuda(self.program.modules[path])
        return self._cuda[path]


def lines_with(text: str, words: tuple[str, ...]) -> list[int]:
    """Where the lines of a text begin that hold one of some words."""
    found = set()
    for word in words:
        at = text.find(word)
        while at >= 0:
            found.add(text.rfind("\n", 0, at) + 1)
            end = text.find("\n", at)
            at = text.find(word, end) if end >= 0 else -1
    return sorted(found)


def first_cuda(index: ModuleIndex) -> Span | None:
    """The first use of CUDA in a module: `.cuda()` or a device that is named so."""
    spans = [call.span for call in index.calls if takes_cuda(call)]
    for function in index.functions:
        spans.extend(
            operation.span
            for operation, _ in tested(function.body)
            if isinstance(operation, Assign) and names_cuda(operation.value)
        )
    return min(spans, default=None)


def takes_cuda(call: Call) -> bool:
    """Whether a call puts something on CUDA."""
    if call.name.endswith(".cuda") and len(call.arguments) <= 1:
        return True
    if any(key in DEVICE_KEYWORDS and names_cuda(value) for key, value in call.keywords):
        return True
    return bool(DEVICE_TAKERS.search(call.name)) and any(names_cuda(v) for v in call.arguments)


def names_cuda(value: Value) -> bool:
    """Whether a value is, or may be, the name of a CUDA device."""
    return any(
        isinstance(part, Literal) and isinstance(part.value, str) and DEVICE_TEXT.match(part.value)
        for part in inside(value)
    )


def tested(
    body: tuple[Operation, ...],
    tests: Tests = (),  # noqa: PT028  no test function in spite of its name
) -> Iterator[tuple[Operation, Tests]]:
    """Each operation of a body and of the blocks inside it, with the tests that lead to it."""
    for operation in body:
        yield operation, tests
        if isinstance(operation, Branch):
            yield from tested(operation.body, (*tests, (operation.test, True)))
            yield from tested(operation.orelse, (*tests, (operation.test, False)))
            continue
        for block in blocks(operation):
            yield from tested(block, tests)


def asks(test: Value) -> bool | None:
    """Whether a test holds where repetition is asked for; None if it does not tell."""
    if isinstance(test, Name):
        return True if ASKS.search(test.text) else None
    if not isinstance(test, Compound):
        return None
    answers = [asks(part) for part in test.parts]
    if test.kind == "BoolOp":
        return next((answer for answer in answers if answer is not None), None)
    if test.kind == "UnaryOp" and test.detail == "Not":
        return None if answers[0] is None else not answers[0]
    return compares(test) if test.kind == "Compare" and answers[0] else None


def compares(test: Compound) -> bool | None:
    """Whether a comparison with a constant holds where a seed is given."""
    against = test.parts[-1]
    if not isinstance(against, Literal):
        return None
    if against.value is True:
        return test.detail in ("Is", "Eq")
    return True if test.detail in POSITIVE else False if test.detail in NEGATIVE else None


def is_option(tests: Tests) -> bool:
    """Whether tests make a switch a choice of the user, or take the way without a seed."""
    for test, taken in tests:
        if any(OPTION.search(name) for name in names_inside(test)):
            return True
        asked = asks(test)
        if asked is not None and asked != taken:
            return True
    return False


def only_warns(call: Call, fact: Api) -> bool:
    """Whether a call of a switch surely asks it to let pass with a warning what does not repeat."""
    return bool(fact.conditions) and all(holds(call, condition) for condition in fact.conditions)


def is_measuring(path: str) -> bool:
    """Whether a module measures speed, for which benchmarking is right."""
    return bool(MEASURING.search(path.rpartition("/")[2]))
