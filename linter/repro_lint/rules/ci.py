"""What continuous integration runs, in the words that several rules look for."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Context

LOCKED_INSTALL = pattern(
    r"\buv (?:sync|pip sync)\b|\b(?:poetry|pdm) (?:install|sync)\b|--require-hashes"
    r"|\bpipenv (?:sync|install --(?:deploy|ignore-pipfile))|\bpip-sync\b|\bconda-lock install\b"
    r"|\bpixi (?:install|run)\b|--locked\b|--frozen\b"
)
# `uv run` brings the environment in step with the lock first.
_RUNS_LOCKED = pattern(r"\buv run\b(?!.*--(?:no-sync|no-project|isolated|script)\b)")
BUILDS_IMAGE = pattern(
    r"\b(?:docker|podman|buildah|nerdctl)\b.* (?:build|bud)\b|\b(?:docker|podman)[ -]compose\b.*"
    r"--build\b|\bapptainer build\b|docker/build-push-action"
)
_CALLS = pattern(r"\bmake\b|\bjust\b|\.sh\b|^\./")
RUNS_NOTEBOOKS = pattern(
    r"--nbmake|--nbval|\bpapermill\b|nbconvert.*--execute|\btreon\b|\btestbook\b|nbclient|nbdev_test"
    r"|\bjupyter[ -]execute\b"
)


def installs_lock(text: str, context: Context) -> bool:
    """Tell whether shell text installs from a lock of this repository."""
    locks = context.manifests.dependencies.locks
    names = [re.escape(lock.path.rpartition("/")[2]) for lock in locks]
    if not locks:
        return False
    if any(lock.path.endswith("uv.lock") for lock in locks) and _RUNS_LOCKED.search(text):
        return True
    by_name = re.search(rf"install\b.*\b(?:{'|'.join(names)})", text)
    return bool(by_name or LOCKED_INSTALL.search(text))


def in_workflows(context: Context, wanted: re.Pattern[str]) -> bool:
    """Tell whether a workflow runs or uses something, through Makefiles and scripts too."""
    return any(wanted.search(text) for text in workflow_texts(context))


def workflow_texts(context: Context) -> Iterator[str]:
    """All that workflows run and use, and what the programs that they start may run."""
    called = False
    for workflow in context.manifests.workflows:
        for command in workflow.commands:
            yield command.text
            inner = [run.text for run in context.manifests.run_by(command)]
            yield from inner
            # What cannot be followed may run any of the recipes and scripts.
            followed = inner and not any("MAKE" in text for text in inner)
            called = called or (not followed and bool(_CALLS.search(command.text)))
            for word in command.words[:3]:
                if word.endswith(".py") and context.repository.exists(word):
                    yield context.repository.text(word) or ""
        for use in workflow.uses:
            yield use.text
    if called:
        commands = context.manifests.commands
        yield from (c.text for c in commands if c.origin in ("makefile", "script"))
