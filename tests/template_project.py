"""Projects as the template makes them: rendered here, or by the engines that people use."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
ANSWERS_FILE = ".copier-answers.yml"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "*.egg-info")
_NAMED = re.compile(r"cookiecutter\.(\w+)")
Answers = dict[str, Any]


@cache
def environment() -> jinja2.Environment:
    """Jinja as both engines set it up for this template."""
    return jinja2.Environment(  # noqa: S701  no web page, but files of every kind
        trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )


@cache
def _copier_yml() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def questions() -> dict[str, dict[str, Any]]:
    """What is asked, by name."""
    hidden = ("_", "cookiecutter")
    return {name: asked for name, asked in _copier_yml().items() if not name.startswith(hidden)}


def choices(name: str) -> list[Any]:
    """Every answer that a question offers; of a free text just its default."""
    asked = questions()[name]
    if asked["type"] == "bool":
        return [False, True]
    return list(asked.get("choices", [defaults()[name]]))


@cache
def defaults() -> Answers:
    """What a user gets who answers nothing."""
    found: Answers = {}
    for name, asked in questions().items():
        default = asked["default"]
        text = isinstance(default, str)
        found[name] = environment().from_string(default).render(found) if text else default
    return found


def complete(answers: Answers) -> Answers:
    """The answers with the names that follow from them, as files of the template see them."""
    lines = environment().from_string(_copier_yml()["cookiecutter"]["default"])
    loaded: Answers = yaml.safe_load(lines.render(answers))
    return loaded


def sources() -> list[Path]:
    """The files of the template."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "template"],  # noqa: S607
        check=True,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    return [ROOT / name for name in sorted(found.stdout.split("\0")) if name]


@cache
def text_of(source: Path) -> str:
    """The text of a file of the template."""
    return source.read_bytes().decode()


@cache
def compiled(text: str) -> jinja2.Template:
    """A text of the template, ready to be filled in."""
    return environment().from_string(text)


def asked_by(text: str) -> set[str]:
    """The questions that a text of the template depends on."""
    named = set(_NAMED.findall(text))
    derived = _copier_yml()["cookiecutter"]["default"]
    for name in [name for name in named if name.startswith("__")]:
        line = re.search(rf"^{name}: (.+)$", derived, re.MULTILINE)
        assert line is not None, f"nothing is called {name}"
        named |= {asked for asked in questions() if re.search(rf"\b{asked}\b", line[1])}
    return named & set(questions())


def combinations(names: set[str]) -> Iterator[Answers]:
    """Every set of answers to some questions; the others keep their defaults."""
    ordered = sorted(names)
    for chosen in itertools.product(*map(choices, ordered)):
        yield {**defaults(), **dict(zip(ordered, chosen, strict=True))}


def path_of(source: Path, answers: Answers) -> str:
    """Where a file of the template lies in a project; nothing where it is left out."""
    parts = source.relative_to(TEMPLATE).parts
    rendered = [compiled(part).render(cookiecutter=answers) for part in parts]
    return "/".join(rendered) if all(rendered) else ""


def rendered(answers: Answers) -> dict[str, bytes]:
    """The files of a project, the answers file apart, without the help of an engine."""
    known = complete(answers)
    found = {path_of(source, known): source for source in sources()}
    found.pop("", None)
    return {
        path: compiled(text_of(source)).render(cookiecutter=known).encode()
        for path, source in found.items()
    }


def put(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files of a project."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    """The files of a project on disk, without what the engines add for themselves."""
    left_out = (ANSWERS_FILE, ".cruft.json")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in left_out and ".git" not in path.parts
    }


def bring(folder: Path) -> Path:
    """A copy of what the engines need of this repository."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("copier.yml", "cookiecutter.json"):
        shutil.copy(ROOT / name, folder)
    for name in ("template", "hooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    (folder / "{{ cookiecutter.project_slug }}").symlink_to("template")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *who, *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit(folder: Path, tag: str = "") -> None:
    """Commit all that a folder holds, as a new repository where it is none yet."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", tag or "all")
    if tag:
        git(folder, "tag", tag)
