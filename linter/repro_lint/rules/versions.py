"""DAT: versions of data and models that are named, but may move."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.constants import default_text, text_of
from repro_lint.flow.operations import assignments
from repro_lint.flow.releases import is_fixed
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.data import Source, is_hub
from repro_lint.syntax.index import Literal, Name
from repro_lint.syntax.values import inside, is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Span, Value

FIXED = pattern(r"([0-9a-f]{7,64}|(\w+-)?v?\d+(\.\w+)*([-+_.]\w+)*)$")
BRANCH = pattern(r"(main|master|head|dev|develop|trunk|stable|latest|nightly|refs/heads/.*)$")
MOVING_STAGE = pattern(r"models:/[^/@]+(/(latest|Production|Staging)$|@)")
MOVING_ALIAS = pattern(r".+:(latest|best|best_k)$")
TRUE = Literal(True)  # noqa: FBT003  the value in the text


class MovingRevision(Rule):
    """A revision that names a branch."""

    code = "DAT005"
    name = "moving-revision"
    severity = Severity.MEDIUM
    remedy = "pass the hash of a commit as the revision"

    def applies(self, context: Context) -> bool:
        """Judge repositories that take something from a hub."""
        return any(is_hub(known) for known in context.facts.role("download"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield downloads whose revision is the name of a branch."""
        for known in context.facts.role("download"):
            if not is_hub(known):
                continue
            text, confidence = revision(context, known)
            if not text or FIXED.match(text):
                continue
            if not BRANCH.match(text.lower()):
                confidence = Confidence.MEDIUM
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` takes `{text}`, which is whatever is newest there"
            yield self.at(where, message, confidence=confidence, group=f"hub: {known.fact.library}")


def revision(context: Context, known: Known) -> tuple[str, Confidence]:
    """The text of a revision, and how sure it is; "" if there is none that the text shows."""
    index, call, fact = context.modules[known.path], known.call, known.fact
    value = call.argument(fact.position, fact.parameter)
    text, confidence = text_of(index, call.function, value), Confidence.HIGH
    if text is None:
        text, confidence = default_text(index, call.function, value), Confidence.MEDIUM
    if fact.kind == "suffix":
        text = (text or "").partition(":")[2]
    return text or "", confidence


class MovingWeights(Rule):
    """Weights under a name that the library, or a registry, gives to others later."""

    code = "DAT006"
    name = "moving-weights"
    severity = Severity.MEDIUM
    remedy = "name the version of the weights"

    def applies(self, context: Context) -> bool:
        """Judge repositories that load weights by such a name."""
        return bool(
            any(known.fact.kind in ALIASES for known in context.facts.role("download"))
            or any(target.startswith(VISION) for target, _ in context.program.callees)
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield names of weights that move."""
        for known in context.facts.role("download"):
            shown = ALIASES[known.fact.kind](context, known) if known.fact.kind in ALIASES else ""
            if shown:
                where = context.facts.place_of(known.path, known.call.span)
                yield self.at(where, f"{shown} names whatever weights are newest")
        if not is_pinned(context, "torchvision"):
            yield from self.of_torchvision(context)

    def of_torchvision(self, context: Context) -> Iterator[Finding]:
        """The calls and assignments that take the default weights of this release."""
        paths = {
            path
            for (target, _), calls in context.program.callees.items()
            if target.startswith(VISION)
            for path, _ in calls
        }
        for path in sorted(paths & context.facts.modules.keys()):
            for span in default_weights(context, path):
                where = context.facts.place_of(path, span)
                message = "`DEFAULT` names other weights in another release of torchvision"
                yield self.at(where, message)


VISION = "torchvision.models."


def default_weights(context: Context, path: str) -> Iterator[Span]:
    """Where a module names the default weights of torchvision."""
    index = context.modules[path]
    for call in index.calls:
        if call.target.startswith(VISION):
            given = call.keyword("weights")
            if given == Literal("DEFAULT") or (given is not None and names_default(given)):
                yield call.span
    for function in index.functions:
        for made in assignments(function.body):
            if names_default(made.value):
                yield made.span


def names_default(value: Value) -> bool:
    """Whether a value names the default among the weights of a model."""
    return any(isinstance(v, Name) and v.text.endswith("_Weights.DEFAULT") for v in inside(value))


def is_pinned(context: Context, library: str) -> bool:
    """Whether the repository fixes the release of a library."""
    if context.repository.single_file:
        return False
    return is_fixed(context.manifests.dependencies, library)


def untagged(context: Context, known: Known) -> str:
    """The name of a model of timm with pretrained weights and no tag."""
    name = literal(known)
    asked = known.call.argument(1, "pretrained") == TRUE
    if not asked or not name or "." in name or ":" in name or is_pinned(context, "timm"):
        return ""
    return f"`{name}` without a tag"


def registered(_context: Context, known: Known) -> str:
    """The name of a model in a registry that gives it to other versions."""
    name = literal(known)
    return f"`{name}`" if MOVING_STAGE.match(name) else ""


def artifact(_context: Context, known: Known) -> str:
    """The name of an artifact that is given to other versions."""
    name = literal(known)
    return f"`{name}`" if MOVING_ALIAS.match(name) else ""


def literal(known: Known) -> str:
    """The text that names what is loaded, "" if the call does not show it."""
    given = known.call.argument(known.fact.position, known.fact.parameter)
    if isinstance(given, Literal) and isinstance(given.value, str):
        return given.value
    return ""


ALIASES = {"tag": untagged, "registry": registered, "alias": artifact}


class UnversionedDataset(Rule):
    """A data set that is asked for by its name alone."""

    code = "DAT007"
    name = "unversioned-dataset"
    severity = Severity.MEDIUM
    remedy = "name the version of the data set"

    def applies(self, context: Context) -> bool:
        """Judge repositories that take data sets with versions."""
        return any(known.fact.kind in VERSIONED for known in context.facts.role("download"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield data sets without a version."""
        for known in context.facts.role("download"):
            if known.fact.kind in VERSIONED and lacks_version(context, known):
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{known.call.name}` takes the newest version of the data set"
                yield self.at(where, message)


VERSIONED = {"version": "", "colon": ":", "versions": "/versions/"}


def lacks_version(context: Context, known: Known) -> bool:
    """Whether a call surely gives no version, and no installed library fixes one."""
    call, fact = known.call, known.fact
    if unpacks(call):
        return False
    if fact.kind != "version":
        given = call.argument(fact.position, fact.parameter)
        text = text_of(context.modules[known.path], call.function, given)
        if text is None or VERSIONED[fact.kind] in text:
            return False
        return fact.kind != "colon" or not is_pinned(context, fact.library)
    if any(not is_none(call.keyword(other)) for other in fact.also):
        return False
    given = call.argument(fact.position, fact.parameter)
    return is_none(given) or given == Literal(fact.default)


class UnpinnedRemoteCode(Rule):
    """Code, or a prompt, that a hub gives and its owner may change."""

    code = "LLM007"
    name = "unpinned-remote-code"
    severity = Severity.HIGH
    remedy = "pass the commit of the code as code_revision, or of the prompt after a colon"

    def applies(self, context: Context) -> bool:
        """Judge repositories that take something from a hub."""
        return bool(context.facts.role("download"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield code that is trusted, and prompts that are pulled, as they stand on that day."""
        for known in context.facts.role("download"):
            told = self.prompt if known.fact.kind == "prompt" else self.code_of
            message = told(context, known)
            confidence = surely(context, known) if message else None
            if confidence is not None:
                where = context.facts.place_of(known.path, known.call.span)
                yield self.at(where, message, confidence=confidence)

    def prompt(self, _context: Context, known: Known) -> str:
        """What is wrong with a prompt."""
        name = literal(known)
        if not name or ":" in name:
            return ""
        return f"`{name}` is the prompt as it stands on the day of the run"

    def code_of(self, _context: Context, known: Known) -> str:
        """What is wrong with a call that runs code of a hub."""
        call = known.call
        if known.fact.kind != "revision" or call.keyword("trust_remote_code") != TRUE:
            return ""
        if unpacks(call) or not all(map(is_none, map(call.keyword, PINS))):
            return ""
        return f"`{call.name}` runs the code that the hub has on the day of the run"


PINS = ("revision", "code_revision")


def surely(context: Context, known: Known) -> Confidence | None:
    """How sure it is that a hub gives what is named; None if it may well be local."""
    if known.fact.kind == "prompt":
        return Confidence.HIGH
    source = Source(context, known)
    found = source.confidence()
    return Confidence.MEDIUM if found is Confidence.LOW else found


RULES: tuple[type[Rule], ...] = (
    MovingRevision,
    MovingWeights,
    UnversionedDataset,
    UnpinnedRemoteCode,
)
