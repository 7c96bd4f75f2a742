"""What surrounds the code, as records: dependencies, containers, workflows, documents."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.repository.containers import (
    ContainerFile,
    Service,
    is_compose,
    is_definition,
    is_dockerfile,
    read_compose,
    read_definition,
    read_dockerfile,
    step_script,
)
from repro_lint.repository.documents import Document, document_paths, is_readme, read_document
from repro_lint.repository.makefiles import (
    Target,
    is_makefile,
    is_script,
    read_script,
    read_targets,
)
from repro_lint.repository.pipelines import PipelineStage, Project, read_project, read_stages
from repro_lint.repository.shell import (
    Command,
    RunTarget,
    Script,
    read_commands,
    resolve_target,
    run_target,
    without_wrappers,
)
from repro_lint.repository.workflows import (
    Hooks,
    Workflow,
    provider_of,
    read_hooks,
    read_workflow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.dependencies.records import Dependencies
    from repro_lint.repository.files import Repository

_ENVIRONMENT_FILES = frozenset(
    {
        "flake.nix", "shell.nix", "default.nix", "devenv.nix", "replit.nix", "conda-lock.yml",
        "conda-lock.yaml", "pixi.lock", "pixi.toml", "guix.scm", "manifest.scm", "channels.scm",
        "Vagrantfile", "cog.yaml", "devcontainer.json", ".devcontainer.json", "devbox.json",
        "spack.yaml", "apt.txt", "environment.yml", "environment.yaml", "conda.yml", "conda.yaml",
    }
)  # fmt: skip
_RUNNERS = frozenset(
    {
        "noxfile.py", "tox.ini", "justfile", "Justfile", "Snakefile", "snakefile", "dodo.py",
        "tasks.py", "Taskfile.yml", "Taskfile.yaml", "main.nf", "nextflow.config", "dvc.lock",
        "conftest.py", "pytest.ini",
    }
)  # fmt: skip
_MOST_SCRIPTS = 200
_TEST_FUNCTION = pattern(
    r"^[ \t]*(?:async[ ]+)?def[ ]+(?:test_\w*|test[A-Z]\w*)\(|\bTestCase\b", re.MULTILINE
)
_RUNS_TESTS = pattern(
    r"(?:^|[\s/])(?:pytest|py\.test|nosetests|nose2|tox|nox|ward|nbmake|unittest|doctest|trial)\b"
    r"|\b(?:setup|manage|runtests|run_tests)\.py\s+test\b|--nbval|--doctest-modules"
)


class Manifests:
    """Each kind of file that describes the project, read once, when asked for."""

    def __init__(self, repository: Repository) -> None:
        """Hold the repository; read nothing yet."""
        self._repository = repository

    @cached_property
    def dependencies(self) -> Dependencies:
        """What the project declares and locks."""
        from repro_lint.repository.dependencies.read import read_dependencies  # noqa: PLC0415

        return read_dependencies(self._repository)

    @cached_property
    def container_files(self) -> tuple[ContainerFile, ...]:
        """Dockerfiles, Containerfiles and Apptainer definitions."""
        found = []
        for path in self._own_paths:
            if is_dockerfile(path):
                found.append(read_dockerfile(self._repository, path))
            elif is_definition(path):
                found.append(read_definition(self._repository, path))
        return tuple(file for file in found if file is not None and (file.stages or file.steps))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services of compose files."""
        paths = filter(is_compose, self._own_paths)
        return tuple(s for path in paths for s in read_compose(self._repository, path))

    @cached_property
    def environment_files(self) -> tuple[str, ...]:
        """Files that fix more than Python packages: Nix, conda, development containers, ..."""
        return tuple(path for path in self._own_paths if _name(path) in _ENVIRONMENT_FILES)

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """What continuous integration runs."""
        paths = filter(provider_of, self._own_paths)
        found = (read_workflow(self._repository, path) for path in paths)
        return tuple(workflow for workflow in found if workflow is not None)

    @cached_property
    def hooks(self) -> tuple[Hooks, ...]:
        """The hooks of pre-commit."""
        names = (".pre-commit-config.yaml", ".pre-commit-config.yml")
        paths = (path for path in self._own_paths if _name(path) in names)
        return tuple(h for path in paths for h in read_hooks(self._repository, path))

    @cached_property
    def stages(self) -> tuple[PipelineStage, ...]:
        """The stages of DVC pipelines."""
        paths = (path for path in self._own_paths if _name(path) == "dvc.yaml")
        return tuple(s for path in paths for s in read_stages(self._repository, path))

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """MLproject files."""
        paths = (path for path in self._own_paths if _name(path) == "MLproject")
        found = (read_project(self._repository, path) for path in paths)
        return tuple(project for project in found if project is not None)

    @cached_property
    def runners(self) -> tuple[str, ...]:
        """Files of task runners: nox, tox, just, Snakemake, Nextflow, ..."""
        return tuple(path for path in self._own_paths if _name(path) in _RUNNERS)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The targets of Makefiles and justfiles."""
        paths = filter(is_makefile, self._own_paths)
        return tuple(t for path in paths for t in read_targets(self._repository, path))

    @cached_property
    def readmes(self) -> tuple[Document, ...]:
        """The READMEs of the root, also those of `docs/` and `.github/` where the root has none."""
        paths = [path for path in self._repository.paths if is_readme(path)]
        root = [path for path in paths if "/" not in path]
        beside = [path for path in paths if path.rpartition("/")[0] in (".github", "docs")]
        return self._read_documents(root or beside)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """All READMEs and guides, at most sixty of a project."""
        return self._read_documents(list(document_paths(self._repository)))

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Each command that a document, Makefile, script, workflow, container or pipeline runs."""
        found: list[Command] = []
        for document in self.documents:
            found.extend(document.commands)
        for target in self.targets:
            found.extend(target.commands)
        for workflow in self.workflows:
            found.extend(workflow.commands)
        for stage in self.stages:
            found.extend(stage.commands)
        for project in self.projects:
            found.extend(project.commands)
        found.extend(self._container_commands())
        found.extend(self._script_commands())
        return tuple(sorted(set(found), key=lambda c: (c.path, c.line, c.words, c.origin)))

    @cached_property
    def run_targets(self) -> tuple[RunTarget, ...]:
        """The Python files and modules that these commands start."""
        found = []
        for command in self.commands:
            target = run_target(command.words)
            if target:
                resolved = resolve_target(self._repository, target, command)
                found.append(RunTarget(resolved, command))
        return tuple(found)

    @cached_property
    def test_files(self) -> tuple[str, ...]:
        """Python files that hold tests: `test_*.py`, `*_test.py`, and those in `tests/`."""
        return tuple(path for path in self._repository.python_paths if self._holds_tests(path))

    @cached_property
    def test_commands(self) -> tuple[Command, ...]:
        """The commands of continuous integration that run tests, through `make` and scripts too."""
        return tuple(
            command
            for workflow in self.workflows
            for command in workflow.commands
            if self._runs_tests(command, 3)
        )

    def run_by(self, command: Command, depth: int = 3) -> Iterator[Command]:
        """The commands of the targets and scripts that a command names, and what these name."""
        words = without_wrappers(command.words)
        for inner in self._called(words) if words and depth else ():
            yield inner
            yield from self.run_by(inner, depth - 1)

    @cached_property
    def _own_paths(self) -> tuple[str, ...]:
        foreign = ("node_modules/", "third_party/", "site-packages/", "vendor/")
        return tuple(
            path
            for path in self._repository.paths
            if not any(f"/{part}" in f"/{path}" for part in foreign)
        )

    @cached_property
    def _targets_by_name(self) -> dict[str, Target]:
        return {target.name: target for target in reversed(self.targets)}

    def _read_documents(self, paths: list[str]) -> tuple[Document, ...]:
        found = (self._document(path) for path in paths)
        return tuple(document for document in found if document is not None)

    @cached_property
    def _documents_by_path(self) -> dict[str, Document | None]:
        return {}

    def _document(self, path: str) -> Document | None:
        known = self._documents_by_path
        if path not in known:
            known[path] = read_document(self._repository, path)
        return known[path]

    def _container_commands(self) -> Iterator[Command]:
        for file in self.container_files:
            for step in file.of("CMD", "ENTRYPOINT"):
                text = step_script(step)
                script = Script(text, file.path, step.line, "container")
                yield from read_commands(self._repository, script)
        for service in self.services:
            if service.command:
                script = Script(service.command, service.path, service.line, "container")
                yield from read_commands(self._repository, script)

    def _script_commands(self) -> Iterator[Command]:
        found: dict[str, list[str]] = {}
        for path in self._own_paths:
            if is_script(path):
                home = self._repository.projects.whole(posixpath.dirname(path))
                found.setdefault(home, []).append(path)
        for paths in found.values():
            for path in paths[:_MOST_SCRIPTS]:
                yield from read_script(self._repository, path)

    def _holds_tests(self, path: str) -> bool:
        folder, name = posixpath.split(path)
        named = name.startswith("test") or name.endswith("_test.py")
        placed = bool({"tests", "test", "testing", "unit_tests"} & set(folder.split("/")))
        if not (named or placed):
            return False
        text = self._repository.text(path) or ""
        if placed and re.search(r"^[ \t]*assert\b", text, re.MULTILINE):
            return True
        return _TEST_FUNCTION.search(text) is not None

    def _runs_tests(self, command: Command, depth: int) -> bool:
        """Tell whether a command runs tests, itself or by what it calls."""
        words = without_wrappers(command.words)
        if not words or words[0] in ("pip", "conda", "echo", "apt-get") or "install" in words[:4]:
            return False
        if _RUNS_TESTS.search(" ".join(words)) or self._asks_for_tests(words):
            return True
        return depth > 0 and any(self._runs_tests(c, depth - 1) for c in self._called(words))

    def _asks_for_tests(self, words: tuple[str, ...]) -> bool:
        """Tell whether a command runs a program of the repository with the word `test`."""
        own = any(word.removeprefix("./") in self._repository.paths for word in words[:3])
        return own and not {"test", "tests"}.isdisjoint(words[1:])

    def _called(self, words: tuple[str, ...]) -> Iterator[Command]:
        """Yield the commands of the targets and scripts that a command names."""
        if words[0] in ("make", "gmake", "just"):
            pending, seen = list(words[1:]), set[str]()
            while pending:
                name = pending.pop()
                target = self._targets_by_name.get(name)
                if target and name not in seen:
                    seen.add(name)
                    pending.extend(target.needs)
                    yield from target.commands
            return
        for word in words[:3]:
            path = word.removeprefix("./")
            if is_script(path) and path in self._repository.paths:
                yield from read_script(self._repository, path)


def _name(path: str) -> str:
    return posixpath.basename(path)
