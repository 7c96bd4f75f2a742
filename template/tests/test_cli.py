"""The command line, as a person uses it."""

import subprocess
import sys
from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }}.runs import Run


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a fresh process."""
    command = [sys.executable, "-m", "{{ cookiecutter.__package_name }}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "nowhere"], "there is no run 'nowhere'"),
        (["train", "epoch=1"], "unknown setting 'epoch'"),
        (["checkpoints", "nowhere"], "nowhere is no folder"),
    ],
)
def test_a_mistake_is_two_lines_and_exit_code_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert message in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1].startswith("hint: ")


def test_a_run_is_not_replaced_unasked(trained: Run) -> None:
    done = run("train", "--runs", str(trained.folder.parent), "--name", trained.folder.name)

    assert done.returncode == 2
    assert "exists" in done.stderr


def test_a_run_compares_equal_to_itself_and_its_checkpoints_are_sound(trained: Run) -> None:
    folder = str(trained.folder)

    assert "Runs equal: True" in run("compare", folder, folder).stdout
    assert run("checkpoints", folder).returncode == 0


def test_evaluation_finds_what_training_found(trained: Run) -> None:
    assert f"accuracy: {trained.metrics['accuracy']}" in run("evaluate", str(trained.folder)).stdout


def test_status_says_what_is_set() -> None:
    assert "PYTHONHASHSEED" in run("status").stdout


def test_the_tests_run_at_the_root_of_the_project() -> None:
    assert Path("pyproject.toml").is_file()
