"""Dockerfiles, workflows and metadata of generated projects pass the checkers of their formats."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import template_project as project

SETS: dict[str, project.Answers] = {
    "defaults": {},
    "sklearn": {"framework": "sklearn", "license": "none"},
    "cuda": {"accelerator": "cuda", "ci": "gitlab", "python_version": "3.13"},
    "everything": {
        **{name: True for name in project.questions() if project.choices(name) == [False, True]},
        "tracking": "mlflow",
        "license": "Apache-2.0",
    },
}
SCHEMAS = {
    ".github/workflows/ci.yml": "github-workflows",
    ".github/workflows/lock.yml": "github-workflows",
    ".github/dependabot.yml": "dependabot",
    ".gitlab-ci.yml": "gitlab-ci",
    "CITATION.cff": "citation-file-format",
    "compose.yaml": "compose-spec",
}
ACTION = re.compile(r"uses: (\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+\n")


@pytest.fixture(params=SETS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A fresh project."""
    answers = {**project.defaults(), **SETS[request.param]}
    folder = project.put(project.rendered(answers), tmp_path / "made")
    project.commit(folder)
    return folder


def checked(folder: Path, tool: str, *arguments: str | Path) -> None:
    """A checker of this environment finds nothing."""
    command = Path(sys.executable).parent / tool
    done = subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_dockerfile_is_what_hadolint_wants(made: Path) -> None:
    if (made / "Dockerfile").is_file():
        checked(made, "hadolint", "Dockerfile")


def test_workflows_are_what_zizmor_wants(made: Path) -> None:
    if (made / ".github").is_dir():
        checked(made, "zizmor", "--offline", "--no-progress", "--persona", "regular", ".")


def test_files_fit_their_schemas(made: Path) -> None:
    for path, schema in SCHEMAS.items():
        if (made / path).is_file():
            checked(made, "check-jsonschema", "--builtin-schema", f"vendor.{schema}", path)


def test_code_is_what_the_project_wants(made: Path) -> None:
    checked(made, "ruff", "check", "--no-cache", ".")
    checked(made, "ruff", "format", "--no-cache", "--check", ".")


def test_every_action_is_one_commit_and_the_same_everywhere() -> None:
    files = project.rendered(project.defaults())
    texts = [files[path].decode() for path in files if path.startswith(".github/workflows/")]
    used = [line for text in texts for line in text.splitlines(keepends=True) if "uses:" in line]
    pins = {found[1]: found[2] for line in used if (found := ACTION.search(line))}

    assert len(used) == sum(1 for line in used if ACTION.search(line)) > 0
    assert all(
        f"{name}@{pin}" in line
        for line in used
        for name, pin in pins.items()
        if f" {name}@" in line
    )
