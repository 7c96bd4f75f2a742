"""DAT: data and models whose content may change under the same name."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Literal, Name, Result
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Value

# Where the name of the artefact stands among the arguments, if not first.
POSITIONS = {"transformers.pipeline": 1, "peft.PeftModel.from_pretrained": 1}
FIRST_NAMES = (
    "pretrained_model_name_or_path",
    "repo_or_dir",
    "repo_id",
    "path",
    "model_name_or_path",
    "model_name",
    "model_id",
    "model",
)
BUILDERS = pattern(
    r"(csv|json|parquet|arrow|text|xml|hdf5|lance|pandas|sql|spark|webdataset|generator|\w+folder)$"
)
HUB_ID = pattern(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$")
FILE_END = pattern(r"\.(py|jsonl?|csv|txt|bin|pt|pth|ckpt|safetensors|h5|gguf|onnx|zip|gz|tar)$")
LOCAL_FOLDER = pattern(
    r"(\w*_)?(models?|checkpoints?|ckpts?|outputs?|results?|data|datasets?|weights|runs|logs|tmp|cache"
    r"|artifacts?|experiments?|save[ds]?(_\w+)?|trained(_\w+)?|exp|local|assets|src|config|configs)$",
    re.IGNORECASE,
)
LOCAL_NAME = pattern(
    r"path|dir|folder|ckpt|checkpoint|local|output|saved?(_|$)|finetuned|trained_|file|root",
    re.IGNORECASE,
)
HUB_NAME = pattern(
    r"(model|repo|hub|dataset|tokenizer|base_model|encoder|backbone|pretrained|architecture|checkpoint)"
    r"(_?(name|id|card|type))?(_or_path)?$",
    re.IGNORECASE,
)
FOLDER_KEYWORDS = frozenset(("output_dir", "save_directory"))
SAVING = pattern(r"(^|\.)(save\w*|to_disk|makedirs|mkdir)$")


class UnpinnedDownload(Rule):
    """Something is taken from a hub as it stands today."""

    code = "DAT004"
    name = "unpinned-download"
    severity = Severity.HIGH
    remedy = "pass revision=<commit> to the download"

    def applies(self, context: Context) -> bool:
        """Judge repositories that take something from a hub."""
        return any(is_hub(known) for known in context.facts.role("download"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield downloads of a name on a hub without a revision."""
        for known in context.facts.role("download"):
            if not is_hub(known) or is_pinned(known):
                continue
            source = Source(context, known)
            confidence = source.confidence()
            if confidence is None:
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` takes {source.shown} as it stands on the day of the run"
            yield self.at(where, message, confidence=confidence, group=f"hub: {known.fact.library}")


def is_hub(known: Known) -> bool:
    """Whether a download is from a hub that keeps revisions."""
    return known.fact.kind in ("revision", "suffix")


def is_pinned(known: Known) -> bool:
    """Whether a call gives a revision, may give one unseen, or downloads nothing."""
    call, fact = known.call, known.fact
    if any(key == "**" for key, _ in call.keywords) or call.name.startswith("super"):
        return True
    if call.keyword("local_files_only") == Literal(True):  # noqa: FBT003  the value looked for
        return True
    if fact.kind == "suffix":
        return call.argument(2, "source") == Literal("local")
    return not is_none(call.argument(fact.position, fact.parameter))


class Source:
    """What a download names: a text, or something that the program decides."""

    def __init__(self, context: Context, known: Known) -> None:
        """Find the argument and what is known of its value."""
        self.context, self.known = context, known
        self.value = first_argument(known)
        self.sure = True
        self.text = self.read(self.value)
        if self.text is None and isinstance(self.value, Name):
            self.text = self.default(self.value.text)
            self.sure = False
        self.shown = f"`{self.text}`" if self.text else shown(self.value)

    def read(self, value: Value | None) -> str | None:
        """The text of a literal, or of a name that is given one literal."""
        if isinstance(value, Literal):
            return value.value if isinstance(value.value, str) else None
        if isinstance(value, Name):
            return self.constant(value.text)
        return None

    def constant(self, name: str) -> str | None:
        """The one text that a name is given, here or at the top of the module."""
        values = self.assigned(name)
        only = values[0] if len(values) == 1 else None
        given = only.value if isinstance(only, Literal) else None
        return given if isinstance(given, str) else None

    def assigned(self, name: str) -> list[Value]:
        """What a name is given: here, at the top of the module, or as a member of a class."""
        functions = self.context.modules[self.known.path].functions
        for place in dict.fromkeys((self.known.call.function, 0)):
            values = [o.value for o in assignments(functions[place].body) if o.target == Name(name)]
            if values:
                return values
        owner, dot, member = name.rpartition(".")
        if not dot or "." in owner:
            return []
        held = [
            operation.value
            for function in functions
            for operation in assignments(function.body)
            if operation.target == Name(member if function.kind == "class" else name)
        ]
        return list(dict.fromkeys(held))

    def default(self, name: str) -> str | None:
        """The text that a parameter has when it is not given."""
        function = self.context.facts.function(self.known.path, self.known.call.function)
        for parameter in function.parameters:
            if parameter.name == name and isinstance(parameter.default, Literal):
                given = parameter.default.value
                return given if isinstance(given, str) else None
        return None

    def confidence(self) -> Confidence | None:
        """How sure it is that the name is one on a hub; None if it may well be local."""
        if self.text is not None:
            sure = Confidence.HIGH if self.sure else Confidence.MEDIUM
            return sure if self.on_hub(self.text) else None
        if self.value is None:
            default_model = self.known.fact.name == "transformers.pipeline" and has_task(self.known)
            return Confidence.HIGH if default_model else None
        if isinstance(self.value, Name) and self.may_name_hub(self.value.text):
            return Confidence.LOW
        return None

    def may_name_hub(self, name: str) -> bool:
        """Whether a variable is named like something on a hub, and no call has made it."""
        bare = name.rpartition(".")[2]
        if any(isinstance(given, Result) for given in self.assigned(name)):
            return False
        if bare.endswith("_or_path"):
            return True
        return bool(HUB_NAME.search(bare)) and not LOCAL_NAME.search(bare)

    def on_hub(self, text: str) -> bool:
        """Whether a text surely names something on a hub, not a folder or file here."""
        fact = self.known.fact
        if not HUB_ID.match(text) or FILE_END.search(text):
            return False
        if fact.library == "evaluate" and "/" not in text:
            return False
        if fact.library == "datasets" and BUILDERS.match(text):
            return False
        owner, slash, _ = text.partition("/")
        if LOCAL_FOLDER.match(owner if slash else text):
            return False
        return not self.context.repository.exists(text) and text not in self.saved()

    def saved(self) -> frozenset[str]:
        """The texts that the module saves something under."""
        found: set[str] = set()
        for call in self.context.modules[self.known.path].calls:
            values = [value for key, value in call.keywords if key in FOLDER_KEYWORDS]
            if SAVING.search(call.name):
                values.extend(call.arguments)
            found.update(text for value in values if (text := self.read(value)))
        return frozenset(found)


def first_argument(known: Known) -> Value | None:
    """The argument that names what is downloaded."""
    call = known.call
    given = call.argument(POSITIONS.get(known.fact.name, 0), "")
    if given is None:
        values = map(call.keyword, FIRST_NAMES)
        given = next((value for value in values if value is not None), None)
    return given


def has_task(known: Known) -> bool:
    """Whether a pipeline is asked for by its task alone."""
    return isinstance(known.call.argument(0, "task"), Literal)


def shown(value: Value | None) -> str:
    """How a message names what is downloaded."""
    return f"what `{value.text}` names" if isinstance(value, Name) else "the default model"


RULES: tuple[type[Rule], ...] = (UnpinnedDownload,)
