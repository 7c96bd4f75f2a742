"""Where small repositories stand on the ladders, and on which runs their findings are put."""

from __future__ import annotations

import json

import pytest

from repro_lint.assessment import gather, measure
from repro_lint.config import Config
from repro_lint.findings import Confidence, Finding, Location, Outcome, RuleResult, Severity
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context
from repro_lint.rules.practices import practices
from repro_lint.scoring import load

LOADER = "import numpy\n"
TRAIN = "import torch\nmodel.cuda()\nfor x in data:\n    loss.backward()\nprint(1)\nprint(2)\n"
UV_LOCK = """version = 1
[[package]]
name = "numpy"
version = "2.0.0"
source = { registry = "https://example.org/simple" }
sdist = { url = "https://example.org/numpy.tar.gz", hash = "sha256:00" }
"""
PROJECT = '[project]\nname = "x"\nversion = "0"\ndependencies = ["numpy>=2"]\n'
DIGEST = "sha256:" + "0" * 64


def context(files: dict[str, str]) -> Context:
    return Context(Repository.from_mapping(files), Config())


def rungs(ladder: str, **files: str) -> tuple[str, ...]:
    """Where a repository of these files stands on one ladder."""
    return next(p.rungs for p in practices(context(files)) if p.ladder == ladder)


def notebook(*counts: int | None, failed: bool = False, tags: tuple[str, ...] = ()) -> str:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    cells = [
        {
            "cell_type": "code",
            "execution_count": count,
            "metadata": {"tags": list(tags)},
            "outputs": [error] if failed else [],
            "source": [f"x{place} = 1"],
        }
        for place, count in enumerate(counts)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def test_every_measured_ladder_is_measured_and_every_rung_known() -> None:
    ladders = {lad.name: lad for pillar in load().pillars for lad in pillar.ladders}
    measured = {name for name, ladder in ladders.items() if ladder.measured}

    assert {practice.ladder for practice in practices(context({"a.py": ""}))} == measured


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"a.py": "import os\n"}, ()),
        ({"a.py": LOADER}, ("none",)),
        ({"a.py": LOADER, "requirements.txt": "numpy\n"}, ("declared",)),
        ({"a.py": LOADER, "requirements.txt": "numpy>=1,<2\n"}, ("bounded",)),
        ({"a.py": LOADER, "requirements.txt": "numpy==1.26.4\n"}, ("exact",)),
        ({"a.py": LOADER, "requirements.txt": "numpy==1.26.4\ntorch\n"}, ("declared",)),
        ({"a.py": LOADER, "requirements-dev.txt": "ruff==0.1\n"}, ("declared",)),
        ({"a.py": LOADER, "pyproject.toml": PROJECT}, ("bounded",)),
        ({"a.py": LOADER, "pyproject.toml": PROJECT, "uv.lock": UV_LOCK}, ("hashed",)),
    ],
)
def test_dependencies(files: dict[str, str], wanted: tuple[str, ...]) -> None:
    assert rungs("deps", **files) == wanted


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, "none"),
        ({"README.md": "Needs Python 3.9.\n"}, "prose"),
        ({"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n'}, "range"),
        ({".python-version": "3.11\n"}, "minor"),
        ({"Dockerfile": "FROM python:3.11-slim\n"}, "minor"),
        ({".python-version": "3.11\n", "Dockerfile": "FROM python:3.11-slim\n"}, "agreed"),
        ({".python-version": "3.10\n", "Dockerfile": "FROM python:3.11-slim\n"}, "minor"),
        ({".python-version": "3.11.9\n", "Dockerfile": "FROM python:3.11.9-slim\n"}, "patch"),
    ],
)
def test_python(files: dict[str, str], wanted: str) -> None:
    assert rungs("python", **{"a.py": LOADER, **files}) == (wanted,)


CI = ".github/workflows/ci.yml"


def workflow(*commands: str) -> str:
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return f"on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}"


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, "none"),
        ({"Dockerfile": "FROM ubuntu\n"}, "floating"),
        ({"Dockerfile": "FROM ubuntu:24.04\n"}, "tag"),
        ({"Dockerfile": "ARG BASE\nFROM $BASE\n"}, "tag"),
        ({"Dockerfile": "FROM ubuntu:24.04\nFROM ubuntu\n"}, "floating"),
        ({"Dockerfile": f"FROM ubuntu@{DIGEST}\n"}, "digest-unlocked"),
        ({"Dockerfile": "FROM ubuntu:24.04\nRUN uv sync\n"}, "tag"),
        ({"Dockerfile": "FROM ubuntu:24.04\nRUN uv sync\n", "uv.lock": UV_LOCK}, "tag-locked"),
        ({"Dockerfile": f"FROM u@{DIGEST}\nRUN uv sync\n", "uv.lock": UV_LOCK}, "digest"),
        (
            {
                "Dockerfile": f"FROM u@{DIGEST}\nRUN uv sync\n",
                "uv.lock": UV_LOCK,
                CI: workflow("docker build ."),
            },
            "digest-built",
        ),
        ({"flake.nix": "{}", "flake.lock": "{}"}, "digest"),
        ({"Dockerfile": "FROM ubuntu:24.04\n", "gpu/Dockerfile": "FROM ubuntu\n"}, "tag"),
    ],
)
def test_container(files: dict[str, str], wanted: str) -> None:
    assert rungs("container", **{"a.py": LOADER, **files}) == (wanted,)


@pytest.mark.parametrize(
    ("train", "wanted"),
    [
        ("import numpy\n", ()),
        ("import torch\n", ()),
        (TRAIN, ("none",)),
        ("import tensorflow\n", ("none",)),
        (TRAIN + "torch.use_deterministic_algorithms(True)\n", ("switched",)),
        (TRAIN + "torch.use_deterministic_algorithms(False)\n", ("none",)),
        (TRAIN + "torch.use_deterministic_algorithms(True, warn_only=True)\n", ("partial",)),
        (TRAIN + "torch.backends.cudnn.deterministic = True\n", ("partial",)),
        (TRAIN + "torch.backends.cudnn.deterministic = False\n", ("none",)),
        ("import lightning as L\nL.Trainer(deterministic=True)\n", ("switched",)),
        ("import lightning as L\nL.Trainer(deterministic='warn')\n", ("partial",)),
        ("import lightning as L\nL.Trainer(deterministic=None)\n", ("none",)),
        (TRAIN + "torch.use_deterministic_algorithms(True, warn_only=lax)\n", ("partial",)),
        (TRAIN + "torch.set_deterministic_debug_mode('error')\n", ("switched",)),
        (TRAIN + "torch.set_deterministic_debug_mode(1)\n", ("partial",)),
        (TRAIN + "torch.set_deterministic_debug_mode('default')\n", ("none",)),
        (TRAIN + "set_seed(1, deterministic=True)\n", ("switched",)),
        (TRAIN + "set_seed(1, deterministic=False)\n", ("none",)),
        (
            "import tensorflow as tf\ntf.config.experimental.enable_op_determinism()\n",
            ("switched",),
        ),
    ],
)
def test_policy(train: str, wanted: tuple[str, ...]) -> None:
    assert rungs("policy", **{"train.py": train}) == wanted


@pytest.mark.parametrize(
    ("heading", "wanted"), [("Reproducibility", "prose"), ("Reproducing GPT-2", "none")]
)
def test_policy_told_to_readers_only(heading: str, wanted: str) -> None:
    files = {"train.py": TRAIN, "README.md": f"# {heading}\n"}

    assert rungs("policy", **files) == (wanted,)


@pytest.mark.parametrize(
    ("readme", "wanted"),
    [
        (None, "none"),
        ("# Hello\n", "none"),
        ("# Install\n\n```sh\npip install -r requirements.txt\n```\n", "install or run"),
        ("```sh\npip install -e .\npython train.py\n```\n", "resolved"),
        ("```sh\npip install -e .\npython tain.py\n```\n", "unresolved"),
    ],
)
def test_commands(readme: str | None, wanted: str) -> None:
    files = {"train.py": TRAIN} | ({"README.md": readme} if readme else {})

    assert rungs("commands", **files) == (wanted,)


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, "none"),
        ({"Makefile": "lint:\n\truff check\n"}, "tasks"),
        ({"Makefile": "reproduce:\n\tpython train.py\n"}, "reproduce"),
        ({"dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n"}, "reproduce"),
        ({"Snakefile": "rule all:\n"}, "reproduce"),
        ({"scripts/reproduce.sh": "python train.py\n"}, "reproduce"),
        ({"go.sh": "python train.py\n"}, "tasks"),
    ],
)
def test_single_command(files: dict[str, str], wanted: str) -> None:
    assert rungs("single", **{"train.py": TRAIN, **files}) == (wanted,)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (notebook(None, None), ()),
        (notebook(1, 2), ("in order",)),
        (notebook(2, 1), ("out of order",)),
        (notebook(1, 3), ("partly run",)),
        (notebook(1, None, 2), ("partly run",)),
        (notebook(1, failed=True), ("errors",)),
    ],
)
def test_notebooks(text: str, wanted: tuple[str, ...]) -> None:
    assert rungs("notebooks", **{"a.ipynb": text}) == wanted


def test_notebooks_executed_in_ci() -> None:
    run = {CI: workflow("pytest --nbmake")}
    tagged = notebook(1, tags=("parameters",))

    assert rungs("notebooks", **{"a.ipynb": notebook(1, 2), **run}) == ("executed in CI",)
    assert rungs("notebooks", **{"a.ipynb": tagged, **run}) == ("parameterised",)


TEST = {"tests/test_a.py": "def test_a():\n    assert 1\n"}


@pytest.mark.parametrize(
    ("files", "tests", "ci"),
    [
        ({}, "none", "none"),
        (TEST, "present", "none"),
        ({**TEST, CI: workflow("pip install .", "ruff check")}, "present", "present"),
        ({**TEST, CI: workflow("pip install .", "pytest")}, "in CI", "present"),
        ({**TEST, CI: workflow("uv sync", "pytest"), "uv.lock": UV_LOCK}, "in CI", "locked"),
        ({**TEST, CI: workflow("uv sync", "pytest")}, "in CI", "present"),
    ],
)
def test_tests_and_ci(files: dict[str, str], tests: str, ci: str) -> None:
    assert rungs("tests", **{"train.py": TRAIN, **files}) == (tests,)
    assert rungs("ci", **{"train.py": TRAIN, **files}) == (ci,)


MAIN = "if __name__ == '__main__':\n    print(1)\n"


def finding(path: str, rule: str = "ORD001", **more: str) -> Finding:
    place = Location(path, 1)
    return Finding(place, rule, "a thing", Severity.HIGH, Confidence.HIGH, group=path)._replace(
        **more  # type: ignore[arg-type]
    )


def results(*findings: Finding) -> list[RuleResult]:
    return [RuleResult(found.rule, Outcome.FAIL, (found,)) for found in findings]


FILES = {
    "train.py": "import data\nfit = data.fit()\n" + MAIN,
    "evaluate.py": "import data\n" + MAIN,
    "data.py": "def fit():\n    pass\n",
    "unused.py": "def f():\n    pass\n",
}


def test_findings_are_put_on_the_runs_that_reach_them() -> None:
    found = [finding(path) for path in ("data.py", "train.py", "unused.py", ".")]
    evidence = gather(context(FILES), results(*found))
    by_run = {run.name: [hazard.group for hazard in run.hazards] for run in evidence.runs}

    assert by_run == {"train.py": ["data.py", "train.py"], "evaluate.py": ["data.py"]}
    assert [hazard.group for hazard in evidence.unreached] == [".", "unused.py"]


def test_a_finding_that_names_its_entry_is_on_that_run_alone() -> None:
    evidence = gather(context(FILES), results(finding("data.py", entry="train.py")))

    assert [(run.name, len(run.hazards)) for run in evidence.runs] == [
        ("evaluate.py", 0),
        ("train.py", 1),
    ]


def test_a_library_is_a_run_of_what_nothing_else_reaches() -> None:
    library = Context(Repository.from_mapping({"lib.py": "x = 1\n"}), Config(kind="library"))
    evidence = gather(library, results(finding("lib.py")))

    assert [(run.kind, len(run.hazards)) for run in evidence.runs] == [("library", 1)]
    assert evidence.unreached == ()


def test_a_script_that_does_not_parse_is_a_run() -> None:
    files = {"train.py": "def f(:\n" + MAIN}
    found = measure(context(files), results(finding("train.py", "STR006")))

    assert [cap.limit for cap in found.caps] == [69]


def test_titles_say_what_to_do_and_where() -> None:
    sites = (Location("train.py", 1), Location("train.py", 2))
    draws = finding("train.py", "ORD001", entry="train.py", stream="numpy")._replace(sites=sites)
    evidence = gather(context(FILES), results(draws, finding("unused.py")))
    titles = [hazard.title for run in evidence.runs for hazard in run.hazards]

    assert [title.rpartition(" in ")[2] for title in titles] == ["`train.py` (2 draws)"]
    assert evidence.unreached[0].title.endswith(" in `unused.py`")


def test_titles_name_the_stream() -> None:
    draw = finding("train.py", "RNG001", entry="train.py", stream="numpy")
    evidence = gather(context(FILES), results(draw))

    assert "NumPy's global stream" in evidence.runs[1].hazards[0].title


@pytest.mark.parametrize(("rule", "place"), [("RNG001", "train.py"), ("SKL001", "data.py")])
def test_a_stream_is_seeded_where_a_run_begins_and_a_call_is_mended_where_it_is(
    rule: str, place: str
) -> None:
    found = finding("data.py", rule, entry="train.py", stream="numpy")
    evidence = gather(context(FILES), results(found))

    assert evidence.runs[1].hazards[0].title.endswith(f" in `{place}`")


def test_silenced_findings_are_marked() -> None:
    found = finding("train.py")
    evidence = gather(context(FILES), results(found), [found])

    assert [hazard.suppressed for run in evidence.runs for hazard in run.hazards] == [True]


def test_library_code_that_no_run_reaches_changes_nothing() -> None:
    more = {**FILES, "more.py": "def g():\n    pass\n", "pack/deep.py": "y = 2\n"}

    assert measure(context(more), ()) == measure(context(FILES), ())
