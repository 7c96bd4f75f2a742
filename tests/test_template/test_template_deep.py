"""Projects that are set up from their own locks, checked, tested and trained.

`python3 tools/dev.py test -m deep tests/test_template` runs them; without the marker they are
left out, for they install hundreds of megabytes and take minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import template_project as project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.deep
HERE = "{}.{}".format(*sys.version_info)
TARGETS = ("setup", "lint", "test", "train", "evaluate", "verify", "card", "card-check", "package")
# Every choice that changes what is installed or run, at least once; the defaults first.
SETS: dict[str, project.Answers] = {
    "pytorch": {"framework": "pytorch"},
    "sklearn": {"framework": "sklearn"},
    "pytorch-all": {"framework": "pytorch", "tracking": "mlflow", "use_notebooks": True},
    "sklearn-all": {"framework": "sklearn", "tracking": "mlflow", "use_dvc": True},
    **{
        name: {"framework": name}
        for name in project.choices("framework")
        if name not in ("pytorch", "sklearn")
    },
}


def own_indexes() -> dict[str, str]:
    """Where this machine's pip looks besides its index: it goes before what a Makefile says."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.extra-index-url"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return {} if told.returncode else {"PIP_EXTRA_INDEX_URL": " ".join(told.stdout.split())}


def surroundings() -> dict[str, str]:
    """The variables of this process without those that would steer the project's Python."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return {**own_indexes(), **kept}


def make(folder: Path, target: str, *more: str) -> str:
    """Run a target; what it says is shown where it fails."""
    done = subprocess.run(
        ["make", target, f"PYTHON={sys.executable}", *more],  # noqa: S607
        cwd=folder,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"make {target}\n{done.stdout[-6000:]}"
    return done.stdout


def weights(folder: Path, run: str) -> Any:
    """What the manifest of a run says of its newest model."""
    manifest = json.loads((folder / "runs" / run / "manifest.json").read_text(encoding="utf-8"))
    return manifest["weights"]


@pytest.fixture(params=SETS, scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project, committed."""
    if shutil.which("make") is None:
        pytest.skip("a project is worked with through make")
    if HERE not in project.choices("python_version"):
        pytest.skip(f"no project asks for Python {HERE}")
    if "pytorch" in request.param and HERE != "3.11":
        pytest.skip("torch is tried where the tests have it, on Python 3.11")
    answers = {**project.defaults(), **SETS[request.param], "python_version": HERE}
    folder = project.put(project.rendered(answers), tmp_path_factory.mktemp(request.param))
    project.commit(folder)
    return folder


def test_project_keeps_every_promise_of_its_makefile(made: Path) -> None:
    for target in TARGETS:
        make(made, target)
    if (made / "notebooks" / "results.ipynb").is_file():
        make(made, "notebooks")
    project.commit(made)
    make(made, "train", "RUN=again")
    told = make(made, "reproduce", "RUN=again")

    assert "Runs equal: True" in told
    assert weights(made, "again") == weights(made, "default")
