"""Make a project that can be reproduced from the day it is made."""

from __future__ import annotations

import sys
from pathlib import Path

import repro_lint
from repro_lint import TYPE_CHECKING, __version__
from repro_lint.commands import output
from repro_lint.config import did_you_mean
from repro_lint.errors import ExitCode, UserError
from repro_lint.patterns import pattern

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from types import ModuleType

_PACKAGE = Path(repro_lint.__file__).parent
# The wheel carries the template beside the code; in a checkout it stands at the root.
_TEMPLATES = (_PACKAGE / "project_template", _PACKAGE.parent.parent)
_ANSWERS = ".copier-answers.yml"
_UPDATE = """\
# To update, set `_src_path` to the address of repro-lint's repository and run `copier update`.
_commit: v{version}
_src_path: repro-lint
"""
_SOURCE = pattern(r"(?m)^_src_path:.*\n(?: .*\n)*")
_NAME = pattern(r"[A-Za-z][A-Za-z0-9 ]{1,59}")
_WORDS = pattern(r"[^A-Za-z0-9]+")
_WORDS_OF_CHOICE = {"yes": True, "no": False, "true": True, "false": False}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the folder and the answers."""
    parser.add_argument("folder", metavar="DEST", help="the folder to make")
    parser.add_argument(
        "--data",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="answer a question, such as framework=sklearn; may be repeated",
    )
    parser.add_argument(
        "--defaults", action="store_true", help="ask nothing: take the default of what is left"
    )


def run(arguments: Namespace) -> ExitCode:
    """Make the project, from what is answered here and what the terminal is asked."""
    target = Path(arguments.folder)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        hint = "name a folder that does not exist yet"
        raise UserError(f"there is something in `{arguments.folder}` already", hint)
    template = _template()
    answers = _answers(arguments.data, _questions(template))
    _copy(template, target, answers, silent=arguments.defaults or not sys.stdin.isatty())
    _note_version(target)
    _drop_empty_folders(target)
    output.write(f"made {arguments.folder}; its README.md says what comes next\n")
    return ExitCode.CLEAN


def _template() -> Path:
    return next(folder for folder in _TEMPLATES if (folder / "copier.yml").is_file())


def _questions(template: Path) -> dict[str, str]:
    """The names of what the template asks, with the type of each answer."""
    import yaml  # noqa: PLC0415

    asked = yaml.safe_load((template / "copier.yml").read_text(encoding="utf-8"))
    names = [name for name in asked if not name.startswith("_") and name != "cookiecutter"]
    return {name: asked[name]["type"] for name in names}


def _answers(given: Sequence[str], questions: dict[str, str]) -> dict[str, str | bool]:
    """Read each `NAME=VALUE`."""
    answers: dict[str, str | bool] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals:
            raise UserError(f"`--data` wants NAME=VALUE, not `{item}`")
        if name not in questions:
            hint = did_you_mean(name, questions, f"it asks for {', '.join(questions)}")
            raise UserError(f"the template does not ask for `{name}`", hint)
        answers[name] = _yes_or_no(name, value) if questions[name] == "bool" else value
    return answers


def _yes_or_no(name: str, value: str) -> bool:
    """Copier itself takes every unknown word for a yes."""
    if value.lower() not in _WORDS_OF_CHOICE:
        known = ", ".join(_WORDS_OF_CHOICE)
        raise UserError(f"`{name}` must be one of {known}, not `{value}`")
    return _WORDS_OF_CHOICE[value.lower()]


def _copy(template: Path, target: Path, answers: dict[str, str | bool], *, silent: bool) -> None:
    import tempfile  # noqa: PLC0415

    copier, mistakes = _engine()
    with tempfile.TemporaryDirectory() as folder:
        # Copier takes a checkout at its newest tag; what is installed here is meant.
        _bring(template, Path(folder))
        try:
            copier.run_copy(
                folder,
                target,
                data=answers,
                user_defaults={"project_name": _name(target)},
                defaults=silent,
                quiet=True,
            )
        except mistakes as problem:
            text = " ".join(str(problem).split())
            raise UserError(text, "`--data NAME=VALUE` gives another answer") from None


def _engine() -> tuple[ModuleType, tuple[type[Exception], ...]]:
    """Copier, and what it raises where an answer is refused."""
    try:
        import copier  # noqa: PLC0415  an extra, and slow to import
        from copier.errors import CopierError  # noqa: PLC0415
    except ImportError:
        hint = "install `repro-lint[new]`, or Copier beside repro-lint"
        raise UserError("a project is made with Copier, which is not installed", hint) from None
    return copier, (CopierError, ValueError)


def _bring(template: Path, folder: Path) -> None:
    import shutil  # noqa: PLC0415

    shutil.copy(template / "copier.yml", folder)
    left_out = shutil.ignore_patterns("__pycache__", ".*_cache")
    shutil.copytree(template / "template", folder / "template", ignore=left_out)


def _name(target: Path) -> str:
    """A name for people: the folder's, where it can be one."""
    name = " ".join(_WORDS.sub(" ", target.absolute().name).split()).capitalize()
    return name if _NAME.fullmatch(name) else "My experiment"


def _note_version(target: Path) -> None:
    """Say which template made the project; where it lay on this machine helps nobody."""
    file = target / _ANSWERS
    text = file.read_text(encoding="utf-8")
    note = _UPDATE.format(version=__version__)
    file.write_text(_SOURCE.sub(lambda _: note, text), encoding="utf-8", newline="\n")


def _drop_empty_folders(target: Path) -> None:
    """Copier leaves the folders whose files no answer asked for."""
    for folder in sorted((path for path in target.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
