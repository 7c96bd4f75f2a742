"""The wheel: it holds all that the command reads, and works installed alone."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import repro_lint
import template_project

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "linter" / "repro_lint"
SAMPLE = ROOT / "examples" / "digits-classifier"


def output_of(*command: str | Path, cwd: Path = ROOT) -> str:
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    output_of(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def lone_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    locked = ROOT / "requirements" / "run.txt"
    output_of(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", locked)
    output_of(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    return python


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    expected = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    carried = [ROOT / "copier.yml", *template_project.sources()]
    inside = PACKAGE.name + "/project_template"
    expected |= {f"{inside}/{path.relative_to(ROOT).as_posix()}" for path in carried}

    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert expected == held
    assert {".md", ".py", ".toml", ".typed"} <= {Path(name).suffix or name[-6:] for name in held}


def test_wheel_states_version_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        stated = {
            Path(name).name: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/" in name
        }

    assert f"Version: {repro_lint.__version__}\n" in stated["METADATA"]
    assert stated["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_wheel_installed_alone_gives_the_report_of_the_checkout(
    lone_python: Path, tmp_path: Path
) -> None:
    command = ("-I", "-m", "repro_lint", SAMPLE, "--output-format", "json", "--exit-zero")

    alone = output_of(lone_python, *command, cwd=tmp_path)

    assert "site-packages" in output_of(
        lone_python, "-I", "-c", "import repro_lint; print(repro_lint.__file__)", cwd=tmp_path
    )
    assert output_of(sys.executable, *command, cwd=tmp_path) == alone
    assert json.loads(alone)["findings"]


def test_wheel_installed_alone_brings_the_command(lone_python: Path, tmp_path: Path) -> None:
    printed = output_of(lone_python.with_name("repro-lint"), "--version", cwd=tmp_path)

    assert printed == f"repro-lint {repro_lint.__version__}\n"


def test_wheel_installed_alone_explains_a_rule(lone_python: Path, tmp_path: Path) -> None:
    printed = output_of(lone_python, "-I", "-m", "repro_lint", "explain", "RNG001", cwd=tmp_path)

    assert "RNG001" in printed


def test_module_runs_as_a_command() -> None:
    printed = output_of(sys.executable, "-m", "repro_lint", "--version")

    assert printed == f"repro-lint {repro_lint.__version__}\n"


def test_readme_shows_the_report_of_a_real_run() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "dev.py"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert tool["REPORT_START"] in text
    assert tool["with_report"](text, tool["report"](sys.executable)) == text
