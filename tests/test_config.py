"""Configuration: files and flags, and how a slip in them is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repro_lint import config
from repro_lint.errors import UserError
from repro_lint.findings import Confidence

if TYPE_CHECKING:
    from pathlib import Path

RULES = {"RNG001": "unseeded-draw", "RNG005": "seed-from-clock", "SKL001": "missing-random-state"}


def told(problem: pytest.ExceptionInfo[UserError]) -> tuple[str, str]:
    return problem.value.message, problem.value.hint


def test_given_nothing_expected_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path, {}) == config.DEFAULT
    assert config.DEFAULT.min_confidence is Confidence.MEDIUM


def test_given_pyproject_expected_its_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.repro-lint]\n"
        'select = ["RNG"]\nmin-score = 80\nmin-confidence = "low"\n'
        'per-file-ignores = { "tests/*" = ["RNG001"], "a.py" = ["ALL"] }\n',
        encoding="utf-8",
    )

    read = config.load(tmp_path, {})

    assert (read.select, read.min_score, read.min_confidence) == (("RNG",), 80, Confidence.LOW)
    assert read.per_file_ignores == (("a.py", ("ALL",)), ("tests/*", ("RNG001",)))
    assert read.origin("min_score") == "pyproject.toml"


@pytest.mark.parametrize("name", ["repro-lint.toml", ".repro-lint.toml"])
def test_given_own_file_expected_it_wins_over_pyproject(tmp_path: Path, name: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.repro-lint]\nmin-score = 10\nworkers = 3\n")
    (tmp_path / name).write_text("min-score = 20\n", encoding="utf-8")

    read = config.load(tmp_path, {})

    assert (read.min_score, read.workers) == (20, 1)


def test_given_broken_pyproject_of_others_expected_no_word(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n", encoding="utf-8")

    assert config.load(tmp_path, {}) == config.DEFAULT


def test_given_isolated_expected_file_unread(tmp_path: Path) -> None:
    (tmp_path / "repro-lint.toml").write_text("nonsense = 1\n", encoding="utf-8")

    assert config.load(tmp_path, {}, isolated=True) == config.DEFAULT


def test_given_named_file_and_isolated_expected_named_file(tmp_path: Path) -> None:
    (tmp_path / "repro-lint.toml").write_text("workers = 2\n", encoding="utf-8")
    named = tmp_path / "other.toml"
    named.write_text("workers = 4\n", encoding="utf-8")

    assert config.load(tmp_path, {}, file=named, isolated=True).workers == 4


def test_given_flags_expected_they_win(tmp_path: Path) -> None:
    (tmp_path / "repro-lint.toml").write_text("workers = 2\npreview = true\n", encoding="utf-8")

    read = config.load(tmp_path, {"workers": 5})

    assert (read.workers, read.preview, read.origin("workers")) == (5, True, "flag")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("selct = []", "unknown key `selct` in `repro-lint.toml`", "did you mean `select`?"),
        (
            "min_score = 3",
            "unknown key `min_score` in `repro-lint.toml`",
            "did you mean `min-score`?",
        ),
        (
            'min-score = "80"',
            "`min-score` in `repro-lint.toml` must be a whole number from 0 to 100, not `80`",
            "for example `min-score = 80`",
        ),
        (
            "min-score = true",
            "`min-score` in `repro-lint.toml` must be a whole number from 0 to 100, not `True`",
            "for example `min-score = 80`",
        ),
        (
            'parser = "libcts"',
            "`parser` in `repro-lint.toml` must be one of auto, ast, libcst, not `libcts`",
            "did you mean `libcst`?",
        ),
        (
            'select = "RNG"',
            "`select` in `repro-lint.toml` must be a list of rules, not `RNG`",
            'for example `select = ["RNG", "SKL001"]`',
        ),
        (
            'per-file-ignores = { "a.py" = "RNG" }',
            (
                "`per-file-ignores` in `repro-lint.toml` must be a table of patterns, each with a"
                " list of rules, not `{'a.py': 'RNG'}`"
            ),
            'for example `per-file-ignores = { "tests/*" = ["RNG"] }`',
        ),
    ],
)
def test_given_slip_in_file_expected_it_is_named(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    (tmp_path / "repro-lint.toml").write_text(text + "\n", encoding="utf-8")

    with pytest.raises(UserError) as problem:
        config.load(tmp_path, {})

    assert told(problem) == (message, hint)


def test_given_broken_toml_expected_where(tmp_path: Path) -> None:
    (tmp_path / "repro-lint.toml").write_text("select = \n", encoding="utf-8")

    with pytest.raises(UserError, match=r"`.*repro-lint\.toml` is not valid TOML: .*line"):
        config.load(tmp_path, {})


def test_given_pyproject_without_table_named_expected_word(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[project]\nname = 'x'\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"has no `\[tool\.repro-lint\]` table"):
        config.load(tmp_path, {}, file=file)


def test_given_no_table_but_value_expected_word(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nrepro-lint = 1\n", encoding="utf-8")

    with pytest.raises(UserError, match="must be a table"):
        config.load(tmp_path, {})


def test_given_missing_file_expected_word(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read configuration"):
        config.load(tmp_path, {}, file=tmp_path / "none.toml")


@pytest.mark.parametrize("selector", ["RNG", "RNG0", "RNG001", "unseeded-draw", "ALL"])
def test_given_known_selector_expected_silence(selector: str) -> None:
    config.check_selectors(config.DEFAULT._replace(select=(selector,)), RULES)


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("RNG01", "did you mean `RNG001`?"),
        ("unseded-draw", "did you mean `unseeded-draw`?"),
        ("xyzzy", "`repro-lint rules` lists every rule"),
    ],
)
def test_given_unknown_selector_expected_nearest(tmp_path: Path, selector: str, hint: str) -> None:
    (tmp_path / "repro-lint.toml").write_text(f'ignore = ["{selector}"]\n', encoding="utf-8")

    with pytest.raises(UserError) as problem:
        config.check_selectors(config.load(tmp_path, {}), RULES)

    assert told(problem) == (f"unknown rule `{selector}` in `ignore` of `repro-lint.toml`", hint)


def test_given_unknown_rule_for_some_files_expected_word() -> None:
    with pytest.raises(UserError, match="unknown rule `NOPE` in `per-file-ignores`"):
        config.check_selectors(
            config.DEFAULT._replace(per_file_ignores=(("a.py", ("NOPE",)),)), RULES
        )


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), (), {"RNG001", "RNG005", "SKL001"}),
        (("RNG",), (), {"RNG001", "RNG005"}),
        (("RNG",), ("RNG001",), {"RNG005"}),
        (("RNG001",), ("RNG",), {"RNG001"}),
        ((), ("seed-from-clock",), {"RNG001", "SKL001"}),
        (("RNG001",), ("RNG001",), set()),
        (("ALL",), ("ALL",), set()),
    ],
)
def test_given_selectors_expected_the_most_exact_decides(
    select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]
) -> None:
    chosen = config.DEFAULT._replace(select=select, ignore=ignore)

    assert {code for code, name in RULES.items() if config.selected(chosen, code, name)} == expected
