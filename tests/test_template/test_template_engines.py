"""Copier, Cookiecutter and cruft make the same project, refuse the same answers and update it."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import copier
import pytest

import template_project as project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOOL = project.ROOT / "tools" / "template.py"
FREE = {
    "project_name": "Tide-9 study",
    "author": "Zoë O'Brien: & Söhne #2",
    "description": "100 % [a] & 'b'",
}
OTHER: dict[str, Any] = {
    name: choice
    for name in project.questions()
    for choice in project.choices(name)
    if choice != project.defaults()[name]
}
# test_template_render.py has every combination; here the engines must agree with what it saw.
SETS = [{}, FREE, OTHER, {"framework": "sklearn", "ci": "none", "use_docker": False}]
BAD = [
    ("project_name", "-x", "A name starts with a letter or digit"),
    ("project_name", "x" * 81, "at most 80"),
    ("project_slug", "My_Slug", "A slug has 2 to 60 lower-case letters"),
    ("project_slug", "../up", "A slug has"),
    ("project_slug", "a--b", "A slug has"),
    ("project_slug", "9lives", "A slug has"),
    ("project_slug", "torch", "A slug has"),
    ("project_slug", "class", "A slug has"),
    ("project_slug", "con", "A slug has"),
    ("description", 'say "hi"', "A description is one line"),
    ("description", "one\ntwo", "A description is one line"),
    ("description", "one\n", "A description is one line"),
    ("description", "{ 7 }", "A description is one line"),
    ("author", "<script>", "An author is one name"),
    ("email", "nobody", "An address looks like"),
    ("copyright_year", "26", "A year has four digits"),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template without a repository round it."""
    return project.bring(tmp_path_factory.mktemp("template") / "it")


def name_of(answers: project.Answers) -> str:
    return "".join(f"{name}={value} " for name, value in answers.items())[:40] or "defaults"


def by_copier(template: Path, target: Path, answers: project.Answers, **more: Any) -> Path:
    copier.run_copy(str(template), target, data=answers, defaults=True, quiet=True, **more)
    return target


def by_cookiecutter(template: Path, target: Path, answers: project.Answers) -> Path:
    """Run Cookiecutter by itself: it says in a process of its own what its hooks say."""
    given = [f"{name}={value}" for name, value in answers.items()]
    target.mkdir()
    config = target.parent / "cookiecutter.yaml"
    config.write_text(f"replay_dir: {target.parent}/replay\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cookiecutter", str(template), "--no-input"),
            *("--config-file", str(config), "--output-dir", str(target), *given),
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stdout + done.stderr)
    return next(target.iterdir())


@pytest.mark.parametrize("answers", SETS, ids=name_of)
def test_engines_make_the_same_project(
    template: Path, tmp_path: Path, answers: project.Answers
) -> None:
    made = project.read(by_copier(template, tmp_path / "copier", answers))
    known = {**project.defaults(), **answers}
    if "project_slug" not in answers:
        known["project_slug"] = known["project_name"].lower().replace(" ", "-")

    assert project.read(by_cookiecutter(template, tmp_path / "cookiecutter", answers)) == made
    assert project.rendered(known) == made


def test_cookiecutter_leaves_no_empty_folder(template: Path, tmp_path: Path) -> None:
    made = by_cookiecutter(template, tmp_path / "made", {"ci": "none", "use_docker": False})

    assert not [path for path in made.rglob("*") if path.is_dir() and not any(path.iterdir())]


@pytest.mark.parametrize("how", ["text", "absent"])
def test_cookiecutter_needs_no_link(tmp_path: Path, how: str) -> None:
    template = project.bring(tmp_path / "template")
    link = template / "{{ cookiecutter.project_slug }}"
    link.unlink()
    if how == "text":
        link.write_text("template", encoding="utf-8")

    made = by_cookiecutter(template, tmp_path / "made", {})

    assert project.read(made) == project.rendered(project.defaults())


def test_questions_are_the_same_in_both_engines() -> None:
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("question", "answer", "message"), BAD)
def test_engines_refuse_the_same_answers(
    template: Path, tmp_path: Path, question: str, answer: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        by_copier(template, tmp_path / "copier", {question: answer})
    with pytest.raises(ValueError, match=f"ERROR: {question}.*{message}"):
        by_cookiecutter(template, tmp_path / "cookiecutter", {question: answer})

    assert not (tmp_path / "copier").exists()
    assert not list((tmp_path / "cookiecutter").iterdir())


@contextlib.contextmanager
def changed(template: Path) -> Iterator[Path]:
    """A second version of the template: another line in one file, a new file."""
    readme = template / "template" / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.rstrip("\n") + "\n\nNew in version 2.\n", encoding="utf-8")
    news = template / "template" / "NEWS.md"
    news.write_text("# {{ cookiecutter.project_name }}\n", encoding="utf-8")
    yield template
    project.commit(template, "v2.0.0")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a repository of two versions."""
    template = project.bring(tmp_path_factory.mktemp("versions") / "it")
    project.commit(template, "v1.0.0")
    with changed(template):
        return template


def edit(made: Path) -> None:
    """What a person does to a project: a title of their own, another setting, a file."""
    readme = made / "README.md"
    lines = readme.read_text(encoding="utf-8").splitlines(keepends=True)
    readme.write_text("".join(["# Mine\n", *lines[1:]]), encoding="utf-8")
    (made / "own.txt").write_text("mine\n", encoding="utf-8")
    project.commit(made)


def assert_updated(made: Path) -> None:
    text = (made / "README.md").read_text(encoding="utf-8")

    assert text.startswith("# Mine\n")
    assert text.endswith("New in version 2.\n")
    assert "<<<<<<<" not in text
    assert (made / "own.txt").read_text(encoding="utf-8") == "mine\n"
    assert (made / "NEWS.md").read_text(encoding="utf-8") == "# My Experiment\n"


def update(made: Path, answers: project.Answers) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        copier.run_update(made, data=answers, defaults=True, overwrite=True, quiet=True)


def test_copier_updates_and_keeps_what_people_changed(versions: Path, tmp_path: Path) -> None:
    made = by_copier(versions, tmp_path / "made", {}, vcs_ref="v1.0.0")
    project.commit(made)
    edit(made)

    update(made, {})

    assert_updated(made)


def test_copier_switches_an_answer_later(versions: Path, tmp_path: Path) -> None:
    made = by_copier(versions, tmp_path / "made", {})
    project.commit(made)
    edit(made)

    update(made, {"ci": "gitlab", "use_docker": False, "use_dvc": True})
    files = project.read(made)

    assert {".gitlab-ci.yml", "dvc.yaml", "own.txt"} <= set(files)
    assert not {"Dockerfile", ".github/workflows/ci.yml"} & set(files)
    assert_updated(made)


@pytest.fixture
def cruft(tmp_path: Path) -> Callable[..., None]:
    """Run cruft as somebody whose home is empty."""
    roles = itertools.product(("AUTHOR", "COMMITTER"), ("NAME", "EMAIL"))
    who = {f"GIT_{role}_{part}": "a@example.org" for role, part in roles}

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "cruft", *arguments],
            cwd=cwd,
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], **who},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_cruft_makes_the_same_project_and_updates_it(
    versions: Path, tmp_path: Path, cruft: Callable[..., None]
) -> None:
    cruft("create", versions, "--no-input", "--checkout", "v1.0.0")
    made = tmp_path / "my-experiment"

    assert project.read(made) == project.rendered(project.defaults())

    project.commit(made)
    edit(made)
    cruft("update", "--skip-apply-ask", "--checkout", "v2.0.0", cwd=made)

    assert_updated(made)
