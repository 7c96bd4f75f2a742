"""Rules about the environment around Python: is it captured, and does its capture hold still."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.containers import parse_image, step_script
from repro_lint.repository.installs import read_install
from repro_lint.repository.places import place_of
from repro_lint.repository.shell import Script, read_commands
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.containers import ContainerFile, Image, Step
    from repro_lint.repository.installs import Install
    from repro_lint.rules.base import Context

_RUNS = frozenset({"training", "evaluation", "data", "notebook"})
_CONTAINER_TOOLS = frozenset({"docker", "podman", "singularity", "apptainer", "nerdctl", "nix"})
_ASIDE = pattern(r"(^|/)(tests?|testdata|fixtures|templates?)/|(^|/)\.gitpod\.")
_MOST_LINES = 60


class _Source(Record):
    """An image from elsewhere; `argument` gave it as its default, `copied` takes files only."""

    image: Image
    line: int
    argument: str
    copied: bool


class MissingContainer(Rule):
    """Nothing says which system the program ran on."""

    code = "CTR001"
    name = "missing-container"
    severity = Severity.MEDIUM
    remedy = "add a Dockerfile whose base image is pinned by digest"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where something runs: a pure library leaves its environment to its users."""
        return any(entry.kind in _RUNS for entry in context.program.entries)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding if no file captures more than Python packages."""
        if self.applies(context) and not _is_captured(context):
            yield self.at(
                Location("."),
                "no file fixes what lies below the Python packages: no Dockerfile, "
                "development container, Apptainer, Nix or conda environment",
            )


class FloatingBaseImage(Rule):
    """The base image may be another one tomorrow."""

    code = "CTR002"
    name = "floating-base-image"
    severity = Severity.MEDIUM
    remedy = "pin the base image by digest"

    def applies(self, context: Context) -> bool:
        """Only where there are container files."""
        return bool(judged_containers(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each image of each file that is not named by digest, once."""
        built = _built_here(context)
        for file in judged_containers(context):
            seen = {"scratch", *built}
            for source in _sources(file):
                image = source.image
                if image.name not in seen and image.text not in seen and not image.digest:
                    seen.add(image.text)
                    yield self._finding(context, file.path, source)

    def _finding(self, context: Context, path: str, source: _Source) -> Finding:
        image, line = source.image, source.line
        moves = image.tag in ("", "latest")
        what = "image that files are copied from" if source.copied else "base image"
        default = f" (the default of `{source.argument}`)" if source.argument else ""
        if not image.tag:
            message = f"{what} `{image.text}`{default} has neither tag nor digest"
        elif moves:
            message = f"{what} `{image.text}`{default} is whatever was pushed last"
        else:
            message = f"{what} `{image.text}`{default} is named by a tag, which can move"
        severity = Severity.MEDIUM if moves and not source.copied else Severity.LOW
        where = place_of(context.repository, path, line, "" if default else image.text, line)
        return self.at(where, message, severity=severity, group=f"{path}:{image.text}")


class UnlockedImagePackages(Rule):
    """The image takes the newest packages of the day it is built."""

    code = "CTR003"
    name = "unlocked-image-packages"
    severity = Severity.MEDIUM
    remedy = "install the image's packages from the lock file"

    def applies(self, context: Context) -> bool:
        """Only where an image is built."""
        return any(file.of("RUN") for file in judged_containers(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each install command that names packages without a version."""
        for file in judged_containers(context):
            for step in file.of("RUN"):
                for install in _installs(context, file, step):
                    loose = _loose_packages(install)
                    if loose:
                        yield self._finding(context, install, loose)

    def _finding(self, context: Context, install: Install, loose: list[str]) -> Finding:
        command = install.command
        shown = ", ".join(f"`{word}`" for word in loose[:3])
        more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""  # noqa: PLR2004
        system = install.tool == "system"
        last = command.line + _MOST_LINES
        where = place_of(context.repository, command.path, command.line, loose[0], last)
        return self.at(
            where,
            f"the image takes {shown}{more} in whatever version is newest when it is built",
            severity=Severity.LOW if system else Severity.MEDIUM,
            confidence=Confidence.MEDIUM if system else Confidence.HIGH,
        )


def _is_captured(context: Context) -> bool:
    manifests = context.manifests
    return bool(
        manifests.container_files
        or manifests.services
        or manifests.environment_files
        or any(project.image or project.environment for project in manifests.projects)
        or any(file.format == "conda" for file in manifests.dependencies.files)
        or any(command.words[0] in _CONTAINER_TOOLS for command in manifests.commands)
    )


def judged_containers(context: Context) -> tuple[ContainerFile, ...]:
    """The container files of the project, those of tests and templates aside."""
    files = context.manifests.container_files
    return tuple(file for file in files if not _ASIDE.search(file.path))


def _sources(file: ContainerFile) -> Iterator[_Source]:
    for stage in file.stages:
        if stage.image is not None and not stage.internal:
            yield _Source(stage.image, stage.line, stage.argument, copied=False)
    for step in file.of("COPY"):
        source = re.match(r"(?:--\S+\s+)*?--from=(\S+)", step.text)
        if source and "/" in source.group(1) and "$" not in source.group(1):
            yield _Source(parse_image(source.group(1)), step.line, "", copied=True)


def _built_here(context: Context) -> set[str]:
    """The names of images that this repository builds, so that they are no outside input."""
    services = context.manifests.services
    built = {parse_image(service.image).name for service in services if service.build}
    for command in context.manifests.commands:
        words = command.words
        if words[0] in _CONTAINER_TOOLS and "build" in words[1:3]:
            tags = [index for index, word in enumerate(words[:-1]) if word in ("-t", "--tag")]
            built.update(parse_image(words[index + 1]).name for index in tags)
    return built


def _installs(context: Context, file: ContainerFile, step: Step) -> Iterator[Install]:
    script = Script(step_script(step), file.path, step.line, "container")
    for command in read_commands(context.repository, script):
        install = read_install(command)
        if install is not None:
            yield install


def _loose_packages(install: Install) -> list[str]:
    """The packages of a command whose version nothing fixes, tools without effect left out."""
    if install.tool == "system":
        return [
            word
            for word in install.packages
            if _COMPUTES.match(word) and "=" not in word and "$" not in word
        ]
    constrained = any(word in ("-c", "--constraint") for word in install.command.words)
    if (constrained and install.tool == "pip") or "--require-hashes" in install.command.words:
        return []
    fixed = _FIXED_BY_PIP if install.tool == "pip" else _FIXED_BY_CONDA
    return [word for word in install.packages if not fixed.search(word) and not _is_tool(word)]


_FIXED_BY_PIP = pattern(r"==|\$|\{|^(?!git\+)\w+://|(?<!git)@")
_FIXED_BY_CONDA = pattern(r"[=$]|::.*=")
_TOOLS = frozenset(
    {
        "pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pdm", "hatch", "build", "twine",
        "virtualenv", "pip-tools", "conda", "mamba", "conda-lock", "jupyter", "jupyterlab",
        "notebook", "ipython", "ipykernel", "pytest", "black", "ruff", "flake8", "mypy", "isort",
        "pre-commit", "tox", "nox", "ninja", "cmake", "packaging", "awscli", "gsutil", "gpustat",
        "nvitop", "supervisor", "conda-build", "anaconda-client", "flit", "hatchling", "git",
        "yapf", "pylint", "pytest-cov", "coverage", "codecov", "debugpy", "poetry-core",
        "keyring", "setuptools-scm",
    }
)  # fmt: skip
_COMPUTES = pattern(
    r"^(?:lib)?(?:python[\d.]*(?:-(?:pip|dev|numpy|scipy|pandas|torch|sklearn)\w*)?$|r-base|cuda|"
    r"cudnn|nccl|nvidia|ffmpeg|av(?:codec|format)|openblas|blas|lapack|atlas|intel-mkl|mkl|octave|"
    r"julia|openjdk|default-j|openmpi|hdf5|gdal|opencv|sndfile|sox|tesseract|imagemagick)"
)


def _is_tool(word: str) -> bool:
    return re.split(r"[\[<>=!~;]", word.rpartition("::")[2])[0].lower().replace("_", "-") in _TOOLS


RULES: tuple[type[Rule], ...] = (MissingContainer, FloatingBaseImage, UnlockedImagePackages)
