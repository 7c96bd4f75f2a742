"""Does the README say how to install and how to run."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Location, Severity
from repro_lint.patterns import pattern
from repro_lint.repository.documents import is_readme
from repro_lint.repository.installs import read_install
from repro_lint.repository.shell import run_target, without_wrappers
from repro_lint.rules.base import Rule, has_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.documents import Document
    from repro_lint.repository.manifests import Manifests
    from repro_lint.repository.shell import Command
    from repro_lint.rules.base import Context


class MissingReadmeCommands(Rule):
    """A reader has to guess how to install and run the project."""

    code = "STR001"
    name = "missing-readme-commands"
    severity = Severity.HIGH
    remedy = "write the install command and the run command into the README"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there is Python to run."""
        return has_python(context)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding: no README, or a README without one or both of the commands."""
        readmes = context.manifests.readmes
        if not readmes and any(map(is_readme, context.repository.paths)):
            return
        if not readmes:
            yield self.at(Location("."), "there is no README")
            return
        if any(_leads_to_pages(readme) for readme in readmes):
            return
        lacks_install = not _tells_install(context.manifests)
        lacks_run = not _tells_run(context.manifests)
        where = Location(readmes[0].path)
        if lacks_install and lacks_run:
            yield self.at(where, "the README shows neither how to install nor how to run")
        elif lacks_run:
            yield self.at(where, "the README shows no command that runs the program")
        elif lacks_install and _needs_install(context):
            yield self.at(
                where, "the README does not show how to install", severity=Severity.MEDIUM
            )


_PAGES = pattern(
    r"readthedocs|\.github\.io|\.gitlab\.io|/docs?(?:/|$)|^docs?[/.]|//docs\.|/wiki(?:/|$)|"
    r"pages\.dev|netlify\.app|huggingface\.co/docs|gitbook|mintlify|/guide|/tutorials?(?:/|$)",
    re.IGNORECASE,
)
_PAGE_WORDS = pattern(r"\b(documentation|docs|user guide|getting started|wiki)\b", re.IGNORECASE)
_BADGE_HOSTS = pattern(r"//(?:docs\.(?:python|conda|github|astral)\b|pytorch\.org|numpy\.org)")
_INSTALL_WORDS = pattern(
    r"requirements[\w.-]*\.(?:txt|in)|environment[\w.-]*\.ya?ml|pip3? install|"
    r"conda (?:env|install)|\b(?:poetry|pdm|pipenv|uv) (?:install|sync)|"
    r"docker (?:build|pull|run)|pyproject\.toml|setup\.py",
    re.IGNORECASE,
)
_INSTALL_HEADING = pattern(
    r"install|setup|set up|requirement|dependenc|prerequisite|environment|getting started|"
    r"安装|环境",  # install, environment
    re.IGNORECASE,
)
_INSTALLERS = frozenset({"docker", "docker-compose", "nix", "singularity", "apptainer", "podman"})
_RUNNERS = frozenset(
    {
        "make", "just", "dvc", "snakemake", "nextflow", "mlflow", "docker", "docker-compose",
        "jupyter", "papermill", "streamlit", "kedro", "bash", "sh", "torchrun", "accelerate",
        "tox", "nox", "invoke", "singularity", "apptainer", "podman", "sbatch", "pytest", "guild",
    }
)  # fmt: skip
_NO_RUN = pattern(r"install|build|clone|--version|--help|virtualenv|venv|\bpip\b|mkdir|^setup")


def _leads_to_pages(readme: Document) -> bool:
    """Tell whether a README sends its readers to a site or folder of documentation."""
    return any(
        _PAGES.search(link.target) is not None
        and _PAGE_WORDS.search(f"{link.text} {link.target}") is not None
        and not _BADGE_HOSTS.search(link.target)
        for link in readme.links
    )


def _told(manifests: Manifests) -> Iterator[Command]:
    """Yield the commands of the README, and of the pages beside it."""
    for document in manifests.documents:
        if document.path.count("/") <= 1:
            yield from document.commands
    for readme in manifests.readmes:
        yield from readme.commands


def _tells_install(manifests: Manifests) -> bool:
    for command in _told(manifests):
        words = without_wrappers(command.words)
        if read_install(command) is not None or (words and words[0] in _INSTALLERS):
            return True
        if re.search(
            r"\b(?:install|sync|env (?:create|update)|develop|setup|init)\b", command.text
        ):
            return True
    return any(_mentions_install(readme) for readme in manifests.readmes)


def _mentions_install(readme: Document) -> bool:
    if _INSTALL_WORDS.search(readme.text):
        return True
    return any(_INSTALL_HEADING.search(heading.text) for heading in readme.headings)


def _tells_run(manifests: Manifests) -> bool:
    if any(_runs(command) for command in _told(manifests)):
        return True
    for readme in manifests.readmes:
        languages = ("python", "py", "python3", "pycon", "ipython")
        if any(block.language in languages or ">>> " in block.text for block in readme.blocks):
            return True
        if re.search(r"\.ipynb\b|colab\.research|mybinder|\b[\w/]+\.(?:py|sh)\b", readme.text):
            return True
    return False


def _runs(command: Command) -> bool:
    words = without_wrappers(command.words)
    if not words or _NO_RUN.search(" ".join(words[:3])):
        return False
    return bool(run_target(words)) or words[0] in _RUNNERS or words[0].startswith("./")


def _needs_install(context: Context) -> bool:
    """Tell whether the code imports more than Python's own modules and the repository's."""
    import sys  # noqa: PLC0415

    own = {part for path in context.repository.python_paths for part in _module_parts(path)}
    known = {*sys.stdlib_module_names, *own}
    return any(
        not imported.module.startswith(".") and imported.module.split(".")[0] not in known
        for index in context.modules.values()
        for imported in index.imports
    )


def _module_parts(path: str) -> tuple[str, ...]:
    return tuple(path.removesuffix(".py").split("/"))
