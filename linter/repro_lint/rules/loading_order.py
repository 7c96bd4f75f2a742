"""DTL: orders of examples that do not change when they should, or change when they should not."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context

SAMPLER = "torch.utils.data.DistributedSampler"
# Trainers that tell samplers the epoch themselves.
TRAINERS = ("lightning", "pytorch_lightning", "accelerate", "transformers", "ignite", "composer")
NO_TRAINING = pattern(
    r"(^|_|\.)(val|valid|validation|test|eval|evaluation|dev|infer\w*|predict\w*)"
)
FALSE = Literal(False)  # noqa: FBT003  the value in the text
OPTIONS = ("deterministic", "experimental_deterministic")


class SamplerWithoutEpoch(Rule):
    """A distributed sampler that is never told the epoch."""

    code = "DTL005"
    name = "sampler-without-epoch"
    severity = Severity.MEDIUM
    remedy = "call sampler.set_epoch(epoch) at the start of each epoch"

    def applies(self, context: Context) -> bool:
        """Judge repositories with distributed samplers."""
        return any(self.samplers(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield samplers that shuffle and that nothing tells the epoch."""
        for known in self.samplers(context):
            if self.is_told(context, known) or not shuffles(context, known):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = (
                f"nothing calls `set_epoch` of `{known.call.name}`:"
                " each epoch sees the examples in the same order"
            )
            yield self.at(where, message)

    def samplers(self, context: Context) -> Iterator[Known]:
        """The calls that make a distributed sampler."""
        for known in context.facts.role("draw"):
            if known.fact.name == SAMPLER:
                yield known

    def is_told(self, context: Context, known: Known) -> bool:
        """Whether any code of the project tells a sampler the epoch, or a trainer does."""
        if any(context.program.calls_beside(known.path, "set_epoch")):
            return True
        entries = context.program.entries_reaching(known.path)
        paths = {path for entry in entries for path in context.program.reached[entry.path]}
        return any(
            entry.module.partition(".")[0] in TRAINERS
            for path in sorted(paths | {known.path})
            for entry in context.modules[path].imports
        )


def shuffles(context: Context, known: Known) -> bool:
    """Whether a sampler surely shuffles examples to train on."""
    given = known.call.argument(3, "shuffle")
    if given is not None and given != Literal(True):  # noqa: FBT003  the value in the text
        return False
    if any(key == "**" for key, _ in known.call.keywords):
        return False
    texts = [value.text for value in known.call.arguments[:1] if isinstance(value, Name)]
    uses = context.facts.uses(known.path).of_result(known.place)
    targets = [getattr(use.operation, "target", None) for use in uses]
    texts.extend(target.text for target in targets if isinstance(target, Name))
    texts.append(context.facts.function(known.path, known.call.function).name)
    return not any(NO_TRAINING.search(text.lower()) for text in texts)


class UnorderedPipeline(Rule):
    """An input pipeline of TensorFlow that is allowed to give examples in any order."""

    code = "DTL006"
    name = "unordered-pipeline"
    severity = Severity.HIGH
    remedy = "leave deterministic=True"

    def applies(self, context: Context) -> bool:
        """Judge repositories that import TensorFlow."""
        return any(self.paths(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls and options that give up the order of examples."""
        for path in self.paths(context):
            index = context.modules[path]
            for place, call in enumerate(index.calls):
                if call.keyword("deterministic") == FALSE and is_stage(context, path, place):
                    where = context.facts.place_of(path, call.span)
                    message = (
                        f"`{call.name}` with `deterministic=False` gives examples"
                        " in the order in which they are ready"
                    )
                    yield self.at(where, message)
            for function in range(len(index.functions)):
                yield from self.options(context, path, function)

    def paths(self, context: Context) -> Iterator[str]:
        """The modules that may give up an order: they import TensorFlow and say so."""
        for path, index in context.facts.modules.items():
            imported = {entry.module.partition(".")[0] for entry in index.imports}
            # A replay buffer on a server has no order that could be kept.
            if (
                "tensorflow" in imported
                and "reverb" not in imported
                and "deterministic" in (context.repository.text(path) or "")
            ):
                yield path

    def options(self, context: Context, path: str, function: int) -> Iterator[Finding]:
        """The options of data sets that a function sets so."""
        for made in assignments(context.facts.function(path, function).body):
            target = made.target
            if made.value != FALSE or not isinstance(target, Name):
                continue
            holder, _, last = target.text.rpartition(".")
            if last in OPTIONS and is_options(context, path, function, holder):
                where = context.facts.place_of(path, made.span)
                message = f"`{target.text} = False` gives up the order of examples"
                yield self.at(where, message)


def is_stage(context: Context, path: str, place: int) -> bool:
    """Whether a call is a stage of an input pipeline."""
    target = context.program.callee(path, place)
    if target is not None:
        return target.kind == "library" and target.dotted.startswith("tensorflow.")
    call = context.modules[path].calls[place]
    return not call.target and call.name.rpartition(".")[2] in ("map", "interleave")


def is_options(context: Context, path: str, function: int, holder: str) -> bool:
    """Whether a variable holds the options of a data set."""
    for value in context.program.types.values(path, function, holder):
        if isinstance(value, Result):
            call = context.modules[path].calls[value.call]
            if call.target.endswith("data.Options"):
                return True
    return False


RULES: tuple[type[Rule], ...] = (SamplerWithoutEpoch, UnorderedPipeline)
