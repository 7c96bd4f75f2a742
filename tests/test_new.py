"""`repro-lint new` makes a project with the template that is installed."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import copier
import pytest
import yaml

import template_project as project
from repro_lint import __version__
from repro_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and nobody at the terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def test_new_makes_the_project_that_copier_makes(tmp_path: Path) -> None:
    code = main(["new", "tide-study", "--data", "framework=sklearn", "--data", "use_docker=no"])
    answers = {
        **project.defaults(),
        "project_name": "Tide study",
        "project_slug": "tide-study",
        "framework": "sklearn",
        "use_docker": False,
    }

    assert code == 0
    assert project.read(tmp_path / "tide-study") == project.rendered(answers)


def test_new_leaves_no_empty_folder(tmp_path: Path) -> None:
    main(["new", "made", "--defaults", "--data", "ci=none"])

    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]


@pytest.mark.parametrize("name", ["9 lives", "模型", "x"])
def test_new_takes_a_folder_whose_name_is_no_project_name(tmp_path: Path, name: str) -> None:
    code = main(["new", name])
    answers = yaml.safe_load((tmp_path / name / project.ANSWERS_FILE).read_text(encoding="utf-8"))

    assert code == 0
    assert answers["project_name"] == "My experiment"


def test_new_notes_the_version_and_no_path(tmp_path: Path) -> None:
    main(["new", "made"])
    text = (tmp_path / "made" / project.ANSWERS_FILE).read_text(encoding="utf-8")

    assert yaml.safe_load(text)["_commit"] == f"v{__version__}"
    assert yaml.safe_load(text)["_src_path"] == "repro-lint"
    assert str(tmp_path) not in text


def test_a_new_project_is_updated_from_the_repository(tmp_path: Path) -> None:
    template = project.bring(tmp_path / "template")
    project.commit(template, f"v{__version__}")
    (template / "template" / "NEWS.md").write_text("news\n", encoding="utf-8")
    project.commit(template, "v99.0")
    main(["new", "made"])
    made = tmp_path / "made"
    answers = made / project.ANSWERS_FILE
    told = answers.read_text(encoding="utf-8")
    answers.write_text(told.replace("_src_path: repro-lint", f"_src_path: {template}"), "utf-8")
    project.commit(made)

    copier.run_update(made, defaults=True, overwrite=True, quiet=True)

    assert (made / "NEWS.md").read_text(encoding="utf-8") == "news\n"
    assert "_commit: v99.0" in answers.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ([], "missing argument `DEST`", "`repro-lint new --help` lists"),
        (["full"], "there is something in `full` already", "name a folder that does not exist"),
        (["full/file"], "there is something in `full/file` already", "name a folder"),
        (["made", "--data", "framework"], "`--data` wants NAME=VALUE, not `framework`", ""),
        (["made", "--data", "framewrk=jax"], "does not ask for `framewrk`", "`framework`?"),
        (["made", "--data", "zzz=1"], "does not ask for `zzz`", "it asks for project_name,"),
        (["made", "--data", "framework=x"], "'x' is not in ['pytorch'", "`--data NAME=VALUE`"),
        (["made", "--data", "email=x"], "An address looks like", "`--data NAME=VALUE`"),
        (["made", "--data", "use_docker=ja"], "`use_docker` must be one of yes, no,", ""),
    ],
)
def test_slips_are_told_in_a_line_with_a_hint(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
    hint: str,
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()

    code = main(["new", *arguments])
    told = capsys.readouterr().err

    assert code == 2
    assert told.startswith("error: ")
    assert message in told.splitlines()[0]
    assert hint in told
    assert not (tmp_path / "made").exists()


def test_new_without_copier_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "copier", None)

    assert main(["new", "made"]) == 2
    assert "hint: install `repro-lint[new]`" in capsys.readouterr().err
