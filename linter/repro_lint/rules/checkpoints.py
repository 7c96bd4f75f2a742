"""CKP: checkpoints that a run cannot go on from as if it had never stopped."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.checkpoints import OPTIMIZER, PROGRESS, RANDOM
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Location
    from repro_lint.flow.checkpoints import Checkpoints, Save
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call

STATES = pattern(r"get_rng_state|\.getstate\(|random\.get_state\(|rng_state|get_state_dict\(")
SCHEDULER = pattern(r"(?i)(^|_)(lr_?)?sched\w*|lr_state|annealer")
SCALER = pattern(r"(?i)scaler|(^|_)amp(_|$)")


class MissingRandomState(Rule):
    """A checkpoint to go on from, without the states of the random numbers."""

    code = "CKP001"
    name = "checkpoint-without-random-state"
    severity = Severity.MEDIUM
    remedy = "save and restore the states of random, NumPy and torch with the rest"

    def applies(self, context: Context) -> bool:
        """Judge repositories that save what they can go on from."""
        return any(map(context.checkpoints.has_model, context.checkpoints.saves))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first such checkpoint of each module."""
        told: set[str] = set()
        for save in context.checkpoints.saves:
            if save.path in told or not is_resumable(context.checkpoints, save):
                continue
            if save.has(RANDOM) or any(
                STATES.search(context.repository.code(path)) for path in near(context, save)
            ):
                continue
            told.add(save.path)
            message = "a run that goes on from this checkpoint draws other numbers than before"
            yield self.at(place_of(context, save), message)


def is_resumable(checkpoints: Checkpoints, save: Save) -> bool:
    """Whether a program saves and restores an optimizer beside its model."""
    if save.open or not checkpoints.has_model(save) or not save.has(OPTIMIZER):
        return False
    return checkpoints.resumed(save.path)


def near(context: Context, save: Save) -> list[str]:
    """The modules that may save states in another way: this one, and those that restore."""
    beside = context.program.companions(save.path)
    return [save.path, *sorted(beside & context.checkpoints.resuming)]


def place_of(context: Context, save: Save) -> Location:
    """Where something is saved."""
    return context.facts.place_of(save.path, context.modules[save.path].calls[save.place].span)


class MissingTrainingState(Rule):
    """A checkpoint to go on from, without a part of what training has become."""

    code = "CKP002"
    name = "incomplete-checkpoint"
    severity = Severity.HIGH
    remedy = "save and restore the states of optimizer, scheduler and scaler with the model"

    def applies(self, context: Context) -> bool:
        """Judge repositories that save what they can go on from."""
        return any(map(context.checkpoints.has_model, context.checkpoints.saves))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first checkpoint of each module that lacks a state."""
        told: set[str] = set()
        for save in context.checkpoints.saves:
            lacks = "" if save.path in told or save.open else missing(context, save)
            if lacks:
                told.add(save.path)
                message = f"training goes on from this checkpoint, which lacks the state of {lacks}"
                yield self.at(place_of(context, save), message)


def missing(context: Context, save: Save) -> str:
    """What a checkpoint lacks of what training has become, "" if nothing."""
    if not context.checkpoints.has_model(save):
        return ""
    text = context.repository.code(save.path)
    if not save.has(OPTIMIZER):
        return "the optimizer" if goes_on(context, save, text) else ""
    if not context.checkpoints.resumed(save.path):
        return ""
    if not save.has(SCHEDULER) and steps_scheduler(context, save.path) and "last_epoch" not in text:
        return "the scheduler"
    if not save.has(SCALER) and scales(context, save.path):
        return "the gradient scaler"
    return ""


def goes_on(context: Context, save: Save, text: str) -> bool:
    """Whether the module that saves also starts counting where a checkpoint ended."""
    if not any(call.name.endswith(".backward") for call in context.modules[save.path].calls):
        return False
    if save.path in context.checkpoints.resuming or STATEFUL.search(text):
        return False
    return any(
        START.search(text, 0) and key in text for key, _ in save.keys if PROGRESS.search(key)
    )


STATEFUL = pattern(r"(?i)optim\w*(\.state_dict\(|\.load_state_dict\()")
START = pattern(
    r"\b(start|begin|initial|first|resume)\w*(epoch|step|iter)\w*\s*=\s*\w+\[[\"']\w+[\"']\]"
)


def steps_scheduler(context: Context, path: str) -> bool:
    """Whether a module steps a scheduler that counts by itself."""
    return any(
        call.name.endswith(".step")
        and SCHEDULER.search(call.name.rpartition(".")[0].rpartition(".")[2])
        and not by_epoch(call)
        for call in context.modules[path].calls
    )


def by_epoch(call: Call) -> bool:
    """Whether a step says which epoch it is, so that nothing has to be remembered."""
    given = call.argument(0, "epoch")
    return given is not None and not (isinstance(given, Name) and "loss" in given.text)


def scales(context: Context, path: str) -> bool:
    """Whether a module scales its losses."""
    return any(
        call.name.endswith(".scale") and SCALER.search(call.name) is not None
        for call in context.modules[path].calls
    )


class UnrestoredState(Rule):
    """A state that is saved, and that nothing takes from the checkpoint again."""

    code = "CKP003"
    name = "unrestored-state"
    severity = Severity.HIGH
    remedy = "restore each state that is saved"

    def applies(self, context: Context) -> bool:
        """Judge repositories that save what they can go on from."""
        return any(map(context.checkpoints.has_model, context.checkpoints.saves))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each saved state that no program beside restores."""
        told: set[tuple[str, str]] = set()
        for save in context.checkpoints.saves:
            for key in self.forgotten(context, save):
                if (save.path, key) not in told:
                    told.add((save.path, key))
                    message = f"the state of `{key}` is saved here, but nothing restores it"
                    yield self.at(place_of(context, save), message)

    def forgotten(self, context: Context, save: Save) -> list[str]:
        """The saved states that the module leaves behind while it restores another."""
        checkpoints = context.checkpoints
        states = [key for key, value in save.keys if checkpoints.is_state(save.path, value)]
        text = context.repository.code(save.path)
        if len(states) < 2 or ".backward(" not in text or ".load_state_dict(" not in text:  # noqa: PLR2004  one beside another
            return []
        beside = context.program.companions(save.path) & context.facts.modules.keys()
        texts = [context.repository.code(path) for path in sorted(beside)]
        texts = [each for each in texts if "load" in each]
        if BY_NAME.search(text) or not any(takes(text, key) for key in states):
            return []
        return [key for key in states if not any(takes(each, key) for each in texts)]


# `object.load_state_dict(saved[name])` may restore anything.
BY_NAME = pattern(r"load_state_dict\(\s*\w+\[\s*[A-Za-z_]\w*\s*\]|\.items\(\):|setattr\(")


def takes(text: str, key: str) -> bool:
    """Whether a text reads an entry of some dictionary by its key."""
    word = rf"[\"']{re.escape(key)}[\"']"
    read = rf"\[\s*{word}\s*\](?!\s*=[^=])|\.(get|pop)\(\s*{word}|{word}\s+(not\s+)?in\b"
    return key in text and re.search(read, text) is not None


class EvaluationInTrainingMode(Rule):
    """A model that is judged as it is trained: with dropout, and with the statistics of a batch."""

    code = "CKP004"
    name = "evaluation-in-training-mode"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "call model.eval() before the model is used"

    def applies(self, context: Context) -> bool:
        """Judge repositories with programs that judge models."""
        return any(entry.kind == "evaluation" for entry in context.program.entries)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield programs that load weights and never leave the training mode."""
        for entry in context.program.entries:
            if entry.kind == "evaluation" and entry.path in context.facts.modules:
                yield from self.judge(context, entry.path)

    def judge(self, context: Context, path: str) -> Iterator[Finding]:
        """The finding for one program, told where it loads the weights."""
        index = context.modules[path]
        loads = [call for call in index.calls if call.name.endswith(".load_state_dict")]
        if not loads or not NO_GRADIENT.search(context.repository.code(path)):
            return
        reach = sorted(context.program.reached[path] & context.modules.keys())
        calls = [call for other in reach for call in context.modules[other].calls]
        if any(leaves_training(call) for call in calls):
            return
        if not any(call.target.startswith(LAYERS) for call in calls):
            return
        where = context.facts.place_of(path, loads[0].span)
        message = "the model stays in training mode: nothing calls `eval()` on it"
        yield self.at(where, message)


NO_GRADIENT = pattern(r"no_grad\(|inference_mode\(")
LAYERS = ("torch.nn.Dropout", "torch.nn.BatchNorm", "torch.nn.functional.dropout")
LEAVES = ("eval", "set_eval", "set_train", "set_mode", "train_mode", "eval_mode", "test")


def leaves_training(call: Call) -> bool:
    """Whether a call may put a model into evaluation mode."""
    last = call.name.rpartition(".")[2]
    if last == "train":
        return call.argument(0, "mode") not in (None, TRUE)
    return last in LEAVES or "eval" in last.lower()


TRUE = Literal(True)  # noqa: FBT003  the value in the text
RULES: tuple[type[Rule], ...] = (
    MissingRandomState,
    MissingTrainingState,
    UnrestoredState,
    EvaluationInTrainingMode,
)
