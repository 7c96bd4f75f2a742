"""Tells by its path which kind of dependency file a file is, before anything is read."""

from __future__ import annotations

import re

_BY_NAME = {
    "pyproject.toml": "pyproject",
    "setup.cfg": "setup.cfg",
    "setup.py": "setup.py",
    "Pipfile": "pipfile",
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "pixi.lock": "pixi",
    ".python-version": "python",
    "runtime.txt": "python",
    ".tool-versions": "python",
}
LOCKS = frozenset(["uv", "poetry", "pdm", "pipenv", "pixi", "pylock", "conda-lock"])
_ENVIRONMENT = r"(?i)(?:conda|env)[^/]*$|(?:^|/)(?:conda[\w-]*|envs?|environments?)/[^/]+$"
_LISTED = (
    r"(?i)(?:^|/)(?:[^/]*[-_.])?(?:requirements?|constraints?|reqs?)(?:[-_.][^/]*)?\.\w+$"
    r"|(?:^|/)requirements[^/]*/[^/]+$"
)
_SAMPLES = frozenset(["fixture", "fixtures", "node_modules", "test-data", "test_data", "testdata"])


def kind_of(path: str) -> str:
    """The kind of a file; "" if its name says nothing, "environment" if its text must tell."""
    name = path.rsplit("/", 1)[-1]
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.endswith((".toml", ".yml", ".yaml", ".py.lock")):
        return _of_document(path, name)
    if name.endswith((".txt", ".lock")) and re.search(r"conda|env|explicit", path):
        return "explicit"
    return ""


def _of_document(path: str, name: str) -> str:
    if name.endswith(".py.lock"):
        return "uv"
    if name.endswith(".toml"):
        return "pylock" if re.fullmatch(r"pylock(\.[\w-]+)?\.toml", name) else ""
    if "conda-lock" in name:
        return "conda-lock"
    return "environment" if re.search(_ENVIRONMENT, path) else ""


def is_list(path: str) -> bool:
    """Tell whether a file lists requirements or constraints for pip."""
    return path.endswith((".txt", ".in", ".pip", ".lock")) and bool(re.search(_LISTED, path))


def is_sample(path: str) -> bool:
    """Tell whether a file is data of a test, or comes with packages of another language."""
    return not _SAMPLES.isdisjoint(path.split("/")[:-1])
