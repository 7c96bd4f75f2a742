"""Declared pipelines as records: DVC stages, MLflow projects, and other runners that exist."""

from __future__ import annotations

import posixpath

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record
from repro_lint.repository.shell import Command, Script, read_commands
from repro_lint.repository.yaml_text import (
    Node,
    Scalar,
    child,
    compose_file,
    items_of,
    pairs_of,
    scalars_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.files import Repository


class PipelineStage(Record):
    """A stage of `dvc.yaml`."""

    path: str
    name: str
    commands: tuple[Command, ...]
    dependencies: tuple[str, ...]
    outputs: tuple[str, ...]
    line: int


class Project(Record):
    """An MLproject file; `environment` names the conda or Python environment file."""

    path: str
    name: str
    commands: tuple[Command, ...]
    environment: str
    image: str
    line: int


def read_stages(repository: Repository, path: str) -> Iterator[PipelineStage]:
    """Yield the stages of a `dvc.yaml`."""
    for name, stage in pairs_of(child(compose_file(repository, path), "stages")):
        body = child(stage, "do") or stage
        folder = posixpath.join(posixpath.dirname(path), text_of(child(body, "wdir")))
        commands = tuple(_commands(repository, path, child(body, "cmd"), folder))
        dependencies = tuple(_names(child(body, "deps")))
        kinds = ("outs", "metrics", "plots")
        outputs = tuple(text for kind in kinds for text in _names(child(body, kind)))
        yield PipelineStage(path, name.text, commands, dependencies, outputs, name.line)


def read_project(repository: Repository, path: str) -> Project | None:
    """Read an MLproject file; None where it is none."""
    root = compose_file(repository, path)
    if root is None:
        return None
    commands: list[Command] = []
    folder = posixpath.dirname(path)
    for _, entry in pairs_of(child(root, "entry_points")):
        commands.extend(_commands(repository, path, child(entry, "command"), folder))
    environment = text_of(child(root, "conda_env")) or text_of(child(root, "python_env"))
    image = text_of(child(root, "docker_env", "image"))
    return Project(path, text_of(child(root, "name")), tuple(commands), environment, image, 1)


def _commands(
    repository: Repository, path: str, node: Node | None, folder: str
) -> Iterator[Command]:
    for scalar in scalars_of(node):
        script = Script(scalar.text, path, scalar.line, "pipeline", folder.rstrip("/"))
        yield from read_commands(repository, script)


def _names(node: Node | None) -> Iterator[str]:
    """Yield file names; an entry may be a mapping from the name to its settings."""
    for item in items_of(node):
        if isinstance(item, Scalar):
            yield item.text
        else:
            yield from (key.text for key, _ in pairs_of(item))
