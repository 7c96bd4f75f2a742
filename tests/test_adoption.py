"""Adoption: `init`, badges, and the files by which other programs run us."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from repro_lint import config
from repro_lint.cli import main
from repro_lint.reporters import badge
from repro_lint.scoring import Score

ROOT = Path(__file__).parent.parent
LISTING = "import os\n\nfiles = os.listdir('data')\nprint(files[:3], files[3:])\n"
WRITTEN = [".pre-commit-config.yaml", ".repro-lint-baseline.json", "a.py", "repro-lint.toml"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(LISTING)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_init_shows_what_it_would_write(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(folder)]) == 0
    assert names(folder) == ["a.py"]
    out = capsys.readouterr().out
    assert [name for name in WRITTEN if f"will write {name}" in out] == [
        name for name in WRITTEN if name != "a.py"
    ]


def test_after_init_only_new_findings_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder)]) == 1
    assert main(["init", str(folder), "--yes"]) == 0
    assert names(folder) == WRITTEN
    assert config.load(folder, {}).baseline == ".repro-lint-baseline.json"
    assert main([str(folder)]) == 0
    capsys.readouterr()

    (folder / "b.py").write_text(LISTING)
    assert main([str(folder), "--output-format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {(finding["rule"], finding["path"]) for finding in found} == {("ORD001", "b.py")}


def test_init_writes_over_nothing_and_a_second_one_writes_nothing(folder: Path) -> None:
    (folder / ".pre-commit-config.yaml").write_text("repos: []\n")
    assert main(["init", str(folder), "--yes"]) == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert before[".pre-commit-config.yaml"] == b"repos: []\n"
    assert main(["init", str(folder), "--yes"]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_hook_that_init_writes_runs_the_program(folder: Path) -> None:
    assert main(["init", str(folder), "--yes"]) == 0
    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())

    assert [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]] == ["repro-lint"]


@pytest.mark.parametrize("folder_name", ["none", "a.py"])
def test_given_no_folder_expected_one_line(
    folder: Path, folder_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("init", "badge"):
        assert main([command, str(folder / folder_name)]) == 2
    assert capsys.readouterr().err.count("is no folder") == 2


def score(value: int, grade: str) -> Score:
    return Score(value, grade, "L1", "L1", None, value, value, (), (), "rl-score/1", ())


@pytest.mark.parametrize("shown", [None, score(100, "A"), score(7, "E")])
def test_a_badge_is_a_picture_that_says_what_it_shows(shown: Score | None) -> None:
    root = ET.fromstring(badge.svg(shown))  # noqa: S314  we wrote it
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]

    assert root.tag == f"{space}svg"
    assert texts == ["reproducibility", badge.message(shown)]
    assert root.attrib["aria-label"] == f"reproducibility: {badge.message(shown)}"


def test_every_grade_has_a_colour_that_white_text_stands_on() -> None:
    from repro_lint.scoring import load

    assert set(badge.COLORS) == {grade for grade, _ in load().grades}
    for color in (*badge.COLORS.values(), badge.GREY):
        assert contrast(color) >= 4.5


def contrast(color: str) -> float:
    """The contrast of white text on a colour, as WCAG computes it."""
    digits = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    red, green, blue = linear
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_badge_for_shields(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = folder / "badge.json"
    assert main(["badge", str(folder), "--output-format", "shields", "-o", str(target)]) == 0
    data = json.loads(target.read_text())

    assert capsys.readouterr().out == ""
    assert data["schemaVersion"] == 1
    assert (data["label"], data["isError"]) == ("reproducibility", False)
    assert data["color"] in badge.COLORS.values()


def test_options_in_files_for_other_programs_exist() -> None:
    """Hooks, action and job call options that the program has."""
    from repro_lint.commands import badge as badge_command
    from repro_lint.commands import check
    from repro_lint.commands.arguments import Parser

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["entry"] for hook in hooks] == ["repro-lint", "repro-lint --fix --exit-zero"]
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text())["repro-lint"]
    script = "\n".join([*(step["run"] for step in action["runs"]["steps"]), *job["script"]])
    parser = Parser("repro-lint")
    check.add_arguments(parser)
    badge_options = Parser("repro-lint badge")
    badge_command.add_arguments(badge_options)
    known = {*parser._option_string_actions, *badge_options._option_string_actions, "--quiet"}
    lines = [line for line in script.splitlines() if "lint" in line and "pip install" not in line]
    used = {word for line in lines for word in line.split() if word.startswith("--")}

    assert {"--exit-zero", "--output-format"} <= used <= known


def test_no_input_of_the_action_is_written_into_its_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())

    assert all("${{" not in step["run"] for step in action["runs"]["steps"])
