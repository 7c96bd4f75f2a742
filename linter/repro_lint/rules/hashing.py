"""RNG: results that change with Python's hash seed, and seeds of it that come too late."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.hashes import NUMBER, TEXT, HashUses, Kinds
from repro_lint.flow.operations import every
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Assign, Compound, Literal, Name
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, Span, Value

VARIABLE = "PYTHONHASHSEED"
# What starts no process, or one that is a copy and reads no variable anew.
NO_PROCESS = frozenset(("thread", "estimator", "loader", "collate", "part"))
NO_PYTHON = NO_PROCESS | {"command", "fork"}
STARTERS = frozenset(("pool", "process", "worker"))


class LateHashSeed(Rule):
    """The hash seed is set after Python has read it."""

    code = "RNG013"
    name = "late-hash-seed"
    severity = Severity.LOW
    remedy = "set PYTHONHASHSEED before Python starts, or sort what is hashed"

    def applies(self, context: Context) -> bool:
        """Judge repositories whose code names the variable."""
        return any(mentions(context, path, VARIABLE) for path in context.facts.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield places that set the variable where no other process will read it."""
        for path in context.facts.modules:
            if not mentions(context, path, VARIABLE):
                continue
            spans = sorted(set(hash_seeds(context, path)))
            if spans and not reaches_process(context, path):
                for span in spans:
                    message = f"`{VARIABLE}` is set after Python has read it: this run ignores it"
                    yield self.at(context.facts.place_of(path, span), message)


def mentions(context: Context, path: str, word: str) -> bool:
    """Whether the text of a file holds a word."""
    return word in (context.repository.text(path) or "")


def hash_seeds(context: Context, path: str) -> Iterator[Span]:
    """Where a module sets the hash seed in its own environment."""
    names, index = context.program.names(path), context.modules[path]
    for place, function in enumerate(index.functions):
        for operation in every(function.body):
            if isinstance(operation, Assign) and isinstance(operation.target, Compound):
                held = operation.target.parts
                if operation.target.kind == "Subscript" and held[-1] == Literal(VARIABLE):
                    owner = held[0].text if isinstance(held[0], Name) else ""
                    if names.target(place, owner) == "os.environ":
                        yield operation.span
    for call in index.calls:
        if call.target in SETTERS:
            named = call.keyword(VARIABLE) is not None
            if named or any(part == Literal(VARIABLE) for part in given(call)):
                yield call.span


SETTERS = frozenset(("os.environ.setdefault", "os.environ.update", "os.putenv"))


def given(call: Call) -> Iterator[Value]:
    """The first argument of a call and all that it is made of."""
    for argument in call.arguments[:1]:
        yield from inside(argument)


def reaches_process(context: Context, path: str) -> bool:
    """Whether code that runs with a module may start a Python that reads the variable."""
    if any(starts(call) for call in context.modules[path].calls):
        return True
    others = {
        other
        for entry in context.program.entries_reaching(path)
        for other in context.program.reached[entry.path]
    }
    return any(
        starts_python(call)
        for other in sorted(others & context.facts.modules.keys())
        for call in context.modules[other].calls
    )


def starts(call: Call) -> bool:
    """Whether a call may start a process."""
    return not kinds_started(call) <= NO_PROCESS


def kinds_started(call: Call) -> frozenset[str]:
    """The kinds of processes and threads that a call may start."""
    facts = knowledge().lookup(call.target)
    return frozenset(fact.kind for fact in facts if fact.role in STARTERS)


def starts_python(call: Call) -> bool:
    """Whether a call starts a Python process that takes over the environment."""
    kinds = kinds_started(call)
    if not kinds <= NO_PYTHON:
        return True
    return "command" in kinds and any(
        (isinstance(part, Name) and part.text == "sys.executable")
        or (isinstance(part, Literal) and str(part.value).startswith(("python", "torchrun")))
        for argument in call.arguments
        for part in inside(argument)
    )


class SaltedHash(Rule):
    """A number that comes from `hash()` of text."""

    code = "RNG014"
    name = "salted-hash"
    severity = Severity.HIGH
    remedy = "use zlib.crc32 or hashlib on the encoded text"

    def applies(self, context: Context) -> bool:
        """Judge repositories that call `hash`."""
        return any(mentions(context, path, "hash(") for path in context.facts.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls of `hash` whose number decides something that lasts."""
        uses = HashUses(context.facts)
        for path in context.facts.modules:
            if not mentions(context, path, "hash("):
                continue
            for place, call in enumerate(context.modules[path].calls):
                if call.target == "builtins.hash" and len(call.arguments) == 1:
                    yield from self.judge(context, uses, path, place)

    def judge(self, context: Context, uses: HashUses, path: str, place: int) -> Iterator[Finding]:
        """The finding for one call of `hash`."""
        call = context.modules[path].calls[place]
        kind = Kinds(context.facts, path, call.function).of(call.arguments[0])
        sink = None if kind == NUMBER else uses.sink(path, place)
        if sink is None or (kind != TEXT and not sink.strong):
            return
        confidence = Confidence.HIGH if kind == TEXT and sink.strong else Confidence.MEDIUM
        if asks_for_seed(context, path) or is_seeded_outside(context, path):
            confidence = Confidence.LOW
        where = context.facts.place_of(path, call.span)
        what = "text" if kind == TEXT else "anything but numbers"
        message = f"`hash` of {what} differs in each process, and here it {sink.what}"
        yield self.at(where, message, confidence=confidence)


def asks_for_seed(context: Context, path: str) -> bool:
    """Whether a module looks for the hash seed that it was started with."""
    return mentions(context, path, VARIABLE) and not any(hash_seeds(context, path))


def is_seeded_outside(context: Context, path: str) -> bool:
    """Whether a container or command file sets the hash seed before Python starts."""
    return any(
        mentions(context, file, VARIABLE)
        for file in context.program.files_beside(path)
        if file.endswith((".sh", "Makefile", "tox.ini", ".env")) or "Dockerfile" in file
    )


RULES: tuple[type[Rule], ...] = (LateHashSeed, SaltedHash)
