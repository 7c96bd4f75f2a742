"""Every combination of answers: which files a project has, and that each of them can be read."""

from __future__ import annotations

import ast
import json
import re
import sys
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import template_project as project

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = Path(__file__).with_name("files.txt")
SOURCES = project.sources()
HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs|docker\.io|quay\.io|conda\.anaconda|--index-url"
)
WINDOWS = re.compile(
    r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)', re.IGNORECASE
)
NAMES = [str(path.relative_to(project.TEMPLATE)) for path in SOURCES]


Places = list[tuple[tuple[str, ...], dict[tuple[Any, ...], str]]]


def places(paths: dict[str, Callable[[project.Answers], str]]) -> Places:
    """For each path the questions it depends on, and what it is for each of their answers."""
    found = []
    for text, path in paths.items():
        names = tuple(sorted(project.asked_by(text)))
        table = {
            tuple(answers[name] for name in names): path(project.complete(answers))
            for answers in project.combinations(set(names))
        }
        found.append((names, table))
    return found


def promise(line: str) -> Callable[[project.Answers], str]:
    """How a line of files.txt is read: the path where its condition holds, else nothing."""
    path, _, condition = line.partition(" if ")
    holds = project.environment().compile_expression(condition or "true")

    def read(answers: project.Answers) -> str:
        where = path.replace("PKG", answers["__package_name"])
        return where if holds(cookiecutter=answers) else ""

    return read


def test_every_combination_has_just_the_files_that_are_promised() -> None:
    lines = FILES.read_text(encoding="utf-8").splitlines()[1:]
    made = places({str(source): partial(project.path_of, source) for source in SOURCES})
    promised = places({line: promise(line) for line in lines})
    deciding = {name for names, _ in [*made, *promised] for name in names}
    count = 0
    for answers in project.combinations(deciding):
        count += 1
        have, want = (
            {table[tuple(answers[name] for name in names)] for names, table in found} - {""}
            for found in (made, promised)
        )

        assert have == want, answers
    assert count >= 768


def test_only_the_last_part_of_a_path_depends_on_answers() -> None:
    folders = {part for name in NAMES for part in name.split("/")[:-1]}

    assert {part for part in folders if "{" in part} == {"{{ cookiecutter.__package_name }}"}


def test_every_name_is_legal_on_windows() -> None:
    known = project.complete(project.defaults())
    paths = [str(source.relative_to(project.ROOT)) for source in SOURCES]
    paths += [project.path_of(source, known) for source in SOURCES]

    assert not [path for path in paths for part in path.split("/") if WINDOWS.search(part)]
    assert max(map(len, paths)) < 160
    assert len({path.lower() for path in paths if path}) == len({path for path in paths if path})


def front_matter(text: str) -> None:
    """Read what stands between the first two lines of dashes."""
    _, head, body = text.split("---\n", 2)
    assert isinstance(yaml.safe_load(head), dict)
    assert body.strip()


PARSERS: dict[str, Callable[[str], Any]] = {
    ".cff": yaml.safe_load,
    ".ipynb": json.loads,
    ".json": json.loads,
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".yml": yaml.safe_load,
    "MODEL_CARD.md": front_matter,
    "MLproject": yaml.safe_load,
}


def assert_readable(path: str, text: str) -> None:
    """A file has no trace of the template, names no registry, and its format's reader takes it."""
    assert "cookiecutter" not in text, path
    assert "{%" not in text, path
    assert not HOSTS.search(text), path
    assert "\r" not in text
    assert not text or text.endswith("\n"), path
    assert not text.startswith("\n"), path
    pure = PurePosixPath(path)
    parse = PARSERS.get(pure.name) or PARSERS.get(pure.suffix)
    if parse is not None:
        parse(text)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_file_is_readable_whatever_is_answered(source: Path) -> None:
    if "_copier_conf" in source.name:
        return
    text = project.text_of(source)
    seen = set()
    for answers in project.combinations(project.asked_by(text) | project.asked_by(str(source))):
        known = project.complete(answers)
        path = project.path_of(source, known)
        made = project.compiled(text).render(cookiecutter=known)
        if path and made not in seen:
            seen.add(made)
            assert_readable(path, made)


def test_files_are_readable_with_awkward_answers() -> None:
    awkward = {
        "project_name": "0. A-b_c",
        "project_slug": "a0",
        "description": "It's 100 % #1: [a], 'b' & $HOME; é, 模型",
        "author": "Zoë O'Brien: & Söhne #2",
        "email": "a+b@x-y.example.org",
    }
    files = project.rendered({**project.defaults(), **awkward, "use_devcontainer": True})

    for path, content in files.items():
        assert_readable(path, content.decode())
    stated = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert stated["description"] == awkward["description"]
    assert stated["authors"] == [{"name": awkward["author"], "email": awkward["email"]}]
    assert yaml.safe_load(files["CITATION.cff"])["authors"][0]["name"] == awkward["author"]


@pytest.mark.parametrize("version", project.choices("python_version"))
def test_python_version_is_the_same_everywhere(version: str) -> None:
    answers = {**project.defaults(), "python_version": version, "use_devcontainer": True}
    files = {path: text.decode() for path, text in project.rendered(answers).items()}
    images = {
        found
        for path in ("Dockerfile", ".devcontainer/devcontainer.json")
        for found in re.findall(r"python:\S+@sha256:[0-9a-f]{64}", files[path])
    }

    stated = files[".python-version"].strip()
    assert stated.startswith(version)
    assert tomllib.loads(files["pyproject.toml"])["project"]["requires-python"] == f"=={version}.*"
    assert len(images) == 1
    assert next(iter(images)).startswith(f"python:{stated}-")


def test_every_pin_of_a_lock_has_its_hashes() -> None:
    text = project.text_of(project.TEMPLATE / "requirements.lock")
    for answers in project.combinations(project.asked_by(text)):
        known = project.complete(answers)
        made = project.compiled(text).render(cookiecutter=known)
        pins = re.split(r"\n(?! )", made.strip())

        assert all(re.match(r"[A-Za-z0-9._-]+(?:\[[^]]+\])?==\S+", pin) for pin in pins)
        assert all("--hash=sha256:" in pin for pin in pins)
        assert not re.search(r"\\\n(?! )", made)


def test_torch_is_the_build_for_the_accelerator() -> None:
    answers = {**project.defaults(), "framework": "pytorch"}
    made = {build: project.rendered({**answers, "accelerator": build}) for build in ("cpu", "cuda")}
    locks = {build: files["requirements.lock"].decode() for build, files in made.items()}

    assert re.search(r"^torch==[\d.]+\+cpu ; sys_platform == 'linux'", locks["cpu"], re.MULTILINE)
    assert "nvidia" not in locks["cpu"]
    assert "+cpu" not in locks["cuda"]
    assert re.search(r"^nvidia-\S+==", locks["cuda"], re.MULTILINE)
