"""Rules about what leads to the published numbers: images, one command, evaluation."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.patterns import pattern
from repro_lint.repository.containers import step_script
from repro_lint.repository.places import place_of
from repro_lint.rules.base import Rule
from repro_lint.rules.ci import BUILDS_IMAGE, in_workflows
from repro_lint.rules.containers import judged_containers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context

_LONGEST = 40


class UnverifiedDownload(Rule):
    """The image takes a file from an address, and nobody looks what came."""

    code = "CTR004"
    name = "unverified-download"
    severity = Severity.MEDIUM
    remedy = "check what an image downloads: `ADD --checksum=sha256:...`, or `sha256sum -c`"

    def applies(self, context: Context) -> bool:
        """Only where an image is built."""
        return bool(judged_containers(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each download of an image build that no checksum or signature guards."""
        for file in judged_containers(context):
            for step in file.of("ADD", "RUN"):
                script = step_script(step) if step.instruction == "RUN" else step.text
                guarded = _GUARDS.search(script) is not None
                for address in () if guarded else _downloads(step.instruction, script):
                    last = step.line + _LONGEST
                    place = place_of(context.repository, file.path, step.line, address, last)
                    yield self.at(
                        place, f"the image takes `{_short(address)}` and nothing checks what came"
                    )


_GUARDS = pattern(r"--checksum|sha\d*sum|shasum|md5sum|\bgpg\b|--verify|cosign|minisign|b2sum")
_DOWNLOADS = pattern(r"\b(?:curl|wget|aria2c)\b[^\n;&|]*?[\"']?(https?://[^\s\"'|;&)]+)")
_HARMLESS = pattern(r"GPG-KEY|\.(?:gpg|asc|pub|key|list|repo)\b|localhost|127\.0\.0\.1|/health")


def _downloads(instruction: str, script: str) -> Iterator[str]:
    """The addresses that a step fetches files from; keys and lists of sources are no files."""
    if instruction == "ADD":
        found = re.findall(r"(?<!\S)(https?://\S+)", script)
    else:
        joined = re.sub(r"\\\s*\n", " ", script)
        found = _DOWNLOADS.findall(joined)
    for address in found:
        if not _HARMLESS.search(address) and not address.endswith(".git"):
            yield address


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:67]}..."  # noqa: PLR2004  about a line


class UnbuiltImage(Rule):
    """Nothing notices when the image can no longer be built."""

    code = "CTR005"
    name = "unbuilt-image"
    severity = Severity.LOW
    remedy = "build the image in CI"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there are an image and continuous integration."""
        return any(_own(context)) and bool(context.manifests.workflows)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository."""
        if any(workflow.opaque for workflow in context.manifests.workflows):
            return
        if not in_workflows(context, BUILDS_IMAGE):
            path = _own(context)[0]
            yield self.at(Location(path, 1, 1), f"no workflow builds `{path}`", group="image")


def _own(context: Context) -> list[str]:
    """The container files that people use, not those of the tools' own folders."""
    return [f.path for f in judged_containers(context) if not re.search(r"(^|/)\.", f.path)]


class MissingEvaluation(Rule):
    """Something trains, and nothing here measures how well."""

    code = "STR004"
    name = "missing-evaluation"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    remedy = "add the program that computes the reported numbers from a trained model"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where something trains, and the repository is no package for others."""
        library = context.manifests.dependencies.library.is_library
        trains = any(entry.kind == "training" for entry in context.program.entries)
        return trains and not library and context.config.kind != "library"

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding where neither a name nor a call speaks of evaluation."""
        paths = (*context.repository.python_paths, *context.repository.notebook_paths)
        if any(_MEASURES.search(path) for path in paths):
            return
        if any(_MEASURES.search(context.repository.code(path)) for path in paths):
            return
        yield self.at(
            Location("."),
            "the code trains a model, and nothing measures it: no evaluation, no metric",
        )


_MEASURES = pattern(
    r"eval|valid|accura|metric|\bscore|\.score|_score|\btest\w*_(?:loss|set|data|loader)|test_step|"
    r"f1|auc\b|bleu|rouge|perplexity|return_mean|episodic|episode_rew|reward|predict|infer|"
    r"[rm]+se\b|r2|submission|sample|generate|\bloss\b.*\bprint|\bprint\b.*\bloss\b",
    re.IGNORECASE,
)


class MissingSingleCommand(Rule):
    """The result needs several programs, and only people know their order."""

    code = "STR005"
    name = "missing-single-command"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = "add one command that makes the main result, such as `make reproduce`"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where several programs work towards a result, in a repository that is no package."""
        library = context.manifests.dependencies.library.is_library
        return len(_steps(context)) >= _SEVERAL and not library and context.config.kind != "library"

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding where no task file, pipeline or script runs the programs in order."""
        if reproduces(context):
            return
        steps = _steps(context)
        shown = ", ".join(f"`{path}`" for path in steps[:3])
        more = f" and {len(steps) - 3} more" if len(steps) > 3 else ""  # noqa: PLR2004
        yield self.at(
            Location("."),
            f"{shown}{more} make the result, and no single command runs them in order",
        )


_SEVERAL = 2
_FEW = 3
_PIPELINES = ("Snakefile", "snakefile", "main.nf", "dodo.py")
_REPRODUCES = pattern(
    r"reproduc\w*|repro|all|main|run|train\w*|results?|experiments?|pipeline|everything|paper"
)
_REPRODUCES_BY_SCRIPT = pattern(r"(?:^|/)(?:reproduc\w*|run_all|run_experiments?)\.(?:sh|bash)$")
_STEP = pattern(r"(^|/)(?:\d+[_-]|prepar|preproc|download|make_)")
_ASIDE = pattern(r"(^|/)(?:examples?|tests?|docs?|tools|projects?|contrib|benchmarks?)/")


def reproduces(context: Context) -> bool:
    """Tell whether a pipeline, a target or a script is there to make the main result."""
    manifests = context.manifests
    pipelines = any(path.rpartition("/")[2] in _PIPELINES for path in manifests.runners)
    named = any(_REPRODUCES.fullmatch(target.name) for target in manifests.targets)
    scripted = any(_REPRODUCES_BY_SCRIPT.search(path) for path in context.repository.paths)
    return bool(manifests.stages or manifests.projects or pipelines or named or scripted)


def _steps(context: Context) -> list[str]:
    """The programs that work one after the other: prepare, train, evaluate; no choices of many."""
    entries = [e for e in context.program.entries if not _ASIDE.search(e.path)]
    training = [e.path for e in entries if e.kind == "training"]
    data = [e.path for e in entries if e.kind == "data" or _STEP.search(e.path.lower())]
    data = [path for path in data if path not in training]
    evaluation = [e.path for e in entries if e.kind == "evaluation"]
    if not data or not training or len(training) > _FEW:
        return []
    training.sort(key=lambda path: "train" not in path.rpartition("/")[2].lower())
    return list(dict.fromkeys([*data[:1], *training[:1], *evaluation[:1]]))


RULES: tuple[type[Rule], ...] = (
    UnverifiedDownload,
    UnbuiltImage,
    MissingEvaluation,
    MissingSingleCommand,
)
