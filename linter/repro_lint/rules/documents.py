"""Are the documents there that others need to reuse and cite the work."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.rules.base import Rule, has_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context

_ROOT = Location(".")


class MissingDocument(Rule):
    """What others need to reuse and cite the work."""

    code = "STR007"
    name = "missing-document"
    severity = Severity.LOW
    remedy = "add the missing document (LICENSE, CITATION.cff, model card)"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there is Python, or a notebook."""
        return has_python(context)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding per kind of document that is missing."""
        if not has_licence(context):
            yield self.at(_ROOT, "no licence says who may use this code", group="licence")
        if is_of_paper(context) and not has_citation(context):
            message = "the README speaks of a paper, but nothing says how to cite this work"
            yield self.at(_ROOT, message, confidence=Confidence.MEDIUM, group="citation")
        weights = tracked_weights(context)
        if weights and not has_model_card(context):
            message = f"weights such as `{weights[0]}` are published without a model card"
            yield self.at(_ROOT, message, confidence=Confidence.MEDIUM, group="model-card")


def has_licence(context: Context) -> bool:
    """Tell whether a file or a document names a licence."""
    names = re.compile(
        r"(?:^|/)(?:[\w.-]*licen[cs]e|copying|unlicense)\b[^/]*$|^licenses?/", re.IGNORECASE
    )
    if any(names.search(path) for path in context.repository.paths if path.count("/") < 2):  # noqa: PLR2004
        return True
    if any(
        re.search(r"licen[cs]e", readme.text, re.IGNORECASE) for readme in context.manifests.readmes
    ):
        return True
    texts = (context.repository.text(name) for name in ("pyproject.toml", "setup.cfg", "setup.py"))
    return any(
        text and re.search(r"^\s*licen[cs]e\b", text, re.MULTILINE | re.IGNORECASE)
        for text in texts
    )


def is_of_paper(context: Context) -> bool:
    """Tell whether the README speaks of a paper that the code belongs to."""
    words = re.compile(
        r"\bofficial\b[^.\n]{0,30}\b(?:implementation|code)\b[^.\n]{0,30}\b(?:of|for)\b|"
        r"\bcode\b[^.\n]{0,30}\b(?:for|of|reproduce|accompan\w+)\b[^.\n]{0,40}\bpaper\b|"
        r"\bour (?:\w+ )?(?:paper|preprint)\b|\baccompan(?:ies|ying)\b[^.\n]{0,30}\bpaper\b",
        re.IGNORECASE,
    )
    return any(words.search(readme.text) for readme in context.manifests.readmes)


def has_citation(context: Context) -> bool:
    """Tell whether something says how to cite the work."""
    if any(re.match(r"citation\b", path, re.IGNORECASE) for path in context.repository.paths):
        return True
    words = re.compile(r"@\w+\s*\{|\bcit(?:e|ing|ation)\b|bibtex|doi\.org", re.IGNORECASE)
    return any(words.search(readme.text) for readme in context.manifests.readmes)


def tracked_weights(context: Context) -> list[str]:
    """The files of weights that the repository holds, those of tests aside."""
    endings = (".safetensors", ".pt", ".pth", ".ckpt", ".onnx", ".gguf")
    aside = re.compile(r"(^|/)(tests?|testdata|fixtures)/")
    paths = context.repository.paths
    return [path for path in paths if path.endswith(endings) and not aside.search(path)]


def has_card_file(context: Context) -> bool:
    """Tell whether a file is a model card by its name."""
    named = re.compile(r"model[_-]?cards?(?:[./_-]|$)", re.IGNORECASE)
    return any(named.search(path) for path in context.repository.paths)


def has_model_card(context: Context) -> bool:
    """Tell whether a card or a document describes the weights."""
    if has_card_file(context):
        return True
    words = re.compile(
        r"model[ _-]cards?|pre-?trained|checkpoints?|weights|model zoo", re.IGNORECASE
    )
    return any(words.search(document.text) for document in context.manifests.documents)
