"""Containers, workflows, pipelines, documents and commands become records with true lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_lint.repository.containers import parse_image
from repro_lint.repository.files import Repository
from repro_lint.repository.installs import read_install
from repro_lint.repository.manifests import Manifests
from repro_lint.repository.shell import Command, run_target, split_words
from repro_lint.repository.yaml_text import UnreadableYaml, compose, load

if TYPE_CHECKING:
    from collections.abc import Callable

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=3.11
ARG BASE
FROM --platform=linux/amd64 python:${VERSION}-slim AS base
RUN pip install \\
  # a comment between

  numpy==1.26.4
FROM base AS train
FROM $BASE
FROM host:5000/lab/cuda@sha256:abc
RUN <<EOF
apt-get install -y git
EOF
CMD ["python", "-u", "train.py"]
"""

WORKFLOW = """\
on: push
jobs:
  tests:
    strategy:
      matrix:
        python-version: ["3.10", 3.11]
    steps:
      - uses: actions/checkout@v4
      - name: tests
        working-directory: sub
        run: |
          pip install -e .

          python -m pytest ${{ matrix.extra }} tests
"""

README = """\
# Paper

Run `python train.py` first, see [the docs](https://paper.readthedocs.io).

```console
$ pip install -r requirements.txt
Successfully installed
$ cd examples && \\
>   python demo.py
```

Output:

```
loss 0.1
```

    python -m paper.train --seed 1
"""


def of(files: dict[str, str]) -> Manifests:
    return Manifests(Repository.from_mapping(files))


def command(text: str) -> Command:
    return Command(split_words(text)[0], "README.md", 1, "readme")


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        (BOMB, "expand", 0),
        ("[" * 5000, "deep", 1),
        ("a: 1\nb: &b [*b]\n", "contains itself", 2),
        ("a: 1\nb: c: d\n", "mapping values", 2),
        ("a: \x00", "not valid YAML", 0),
        ("a: \ud800", "not valid YAML", 0),
    ],
)
@pytest.mark.parametrize("read", [load, compose])
def test_given_hostile_yaml_expected_a_reason(
    read: Callable[[str], object], text: str, reason: str, line: int
) -> None:
    with pytest.raises(UnreadableYaml, match=reason) as caught:
        read(text)

    assert caught.value.line == line


def test_given_yaml_expected_values_and_unknown_tags_left_alone() -> None:
    text = "a: 3.10\nb: !reference [x, y]\nc: 2020-01-01\nd: &d {e: 1}\nf: {<<: *d}\n---\nz: 1\n"

    assert load(text) == {
        "a": 3.1, "b": ["x", "y"], "c": "2020-01-01", "d": {"e": 1}, "f": {"e": 1},
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"\n #?,<%@`\t", max_size=60))
def test_given_any_text_expected_a_value_or_a_reason(text: str) -> None:
    try:
        compose(text)
        load(text)
    except UnreadableYaml as problem:
        assert problem.reason  # noqa: PT017  any other exception fails the test


def test_given_a_dockerfile_expected_its_stages() -> None:
    (file,) = of({"Dockerfile": DOCKERFILE}).container_files
    stages = [(stage.image and stage.image.text, stage.line) for stage in file.stages]

    assert stages == [
        ("python:3.11-slim", 4),
        ("base", 9),
        (None, 10),
        ("host:5000/lab/cuda@sha256:abc", 11),
    ]
    assert [stage.internal for stage in file.stages] == [False, True, False, False]
    assert file.stages[0].argument == "VERSION"
    assert [step.line for step in file.of("RUN", "CMD")] == [5, 12, 15]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("python", ("python", "", "")),
        ("lab:5000/python", ("lab:5000/python", "", "")),
        ("lab:5000/python:3@sha256:1", ("lab:5000/python", "3", "sha256:1")),
    ],
)
def test_given_an_image_expected_its_parts(text: str, parts: tuple[str, str, str]) -> None:
    assert parse_image(text)[1:] == parts


@pytest.mark.parametrize("path", ["Dockerfile.j2", "dockerfile_parser.py", "x/.dockerignore"])
def test_given_a_name_like_a_dockerfile_expected_none(path: str) -> None:
    assert of({path: "FROM python"}).container_files == ()


def test_given_a_workflow_expected_commands_with_lines_and_versions_as_written() -> None:
    (workflow,) = of({".github/workflows/t.yml": WORKFLOW, "sub/a.py": ""}).workflows

    assert [(c.text, c.line, c.folder) for c in workflow.commands] == [
        ("pip install -e .", 12, "sub"),
        ("python -m pytest $EXPRESSION tests", 14, "sub"),
    ]
    assert [(use.text, use.line) for use in workflow.uses] == [("actions/checkout@v4", 8)]
    assert [version.text for version in workflow.python_versions] == ["3.10", "3.11"]
    assert not workflow.opaque


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitlab-ci.yml", "test:\n  script:\n    - [pip install ., pytest]\n"),
        (".travis.yml", "install: pip install .\nscript: pytest\n"),
        ("azure-pipelines.yml", "steps:\n- script: |\n    pytest\n"),
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      script: [pytest]\n"),
        ("Jenkinsfile", "node { sh 'pytest' }"),
        (".ci/run", "#!/bin/sh\npython -m pytest\n"),
        (".circleci/config.yml", "jobs:\n  a:\n    steps:\n    - run: tox -e py311\n"),
    ],
)
def test_given_any_service_expected_the_tests_that_it_runs(path: str, text: str) -> None:
    assert len(of({path: text}).test_commands) == 1


def test_given_a_broken_workflow_expected_a_note_with_its_line() -> None:
    path = ".github/workflows/t.yml"
    repository = Repository.from_mapping({path: "jobs:\n  a: b: c\n"})

    assert Manifests(repository).workflows == ()
    assert [(note.path, note.line) for note in repository.not_analysed] == [(path, 2)]


def test_given_a_readme_expected_headings_links_and_commands() -> None:
    found = of({"README.md": README, "examples/demo.py": "", "train.py": ""})
    (readme,) = found.readmes

    assert [(heading.text, heading.line) for heading in readme.headings] == [("Paper", 1)]
    assert [link.target for link in readme.links] == ["https://paper.readthedocs.io"]
    assert [(c.text, c.line, c.folder) for c in readme.commands] == [
        ("python train.py", 3, ""),
        ("pip install -r requirements.txt", 6, ""),
        ("python demo.py", 8, "examples"),
        ("python -m paper.train --seed 1", 18, ""),
    ]
    assert [target.target for target in found.run_targets] == [
        "train.py",
        "examples/demo.py",
        "paper.train",
    ]


def test_given_a_readme_in_rst_expected_its_blocks() -> None:
    text = "Paper\n=====\n\nRun::\n\n    python train.py\n\n.. code-block:: bash\n\n   $ make all\n"
    (readme,) = of({"README.rst": text}).readmes

    assert [heading.text for heading in readme.headings] == ["Paper"]
    assert [(c.text, c.line) for c in readme.commands] == [("python train.py", 6), ("make all", 10)]


def test_given_a_makefile_expected_targets_with_needs() -> None:
    text = "X := 1\n.PHONY: all\nall: data ;\n\t@python train.py \\\n\t  --x 1\n\ndata:\n\t-sh a\n"
    targets = of({"Makefile": text}).targets

    assert [(t.name, t.needs, t.line) for t in targets] == [("all", ("data",), 3), ("data", (), 7)]
    assert [(c.text, c.line) for t in targets for c in t.commands] == [
        ("python train.py --x 1", 4),
        ("sh a", 8),
    ]


def test_given_pipelines_expected_their_commands() -> None:
    found = of(
        {
            "dvc.yaml": "stages:\n  fit:\n    cmd: python fit.py\n    deps: [a.csv]\n"
            "    outs:\n    - m.pkl:\n        cache: false\n",
            "MLproject": "name: p\nconda_env: c.yaml\nentry_points:\n  main:\n"
            "    command: python train.py {x}\n",
            "fit.py": "",
        }
    )

    assert [(s.name, s.dependencies, s.outputs, s.line) for s in found.stages] == [
        ("fit", ("a.csv",), ("m.pkl",), 2)
    ]
    assert [p.environment for p in found.projects] == ["c.yaml"]
    assert [t.target for t in found.run_targets] == ["train.py", "fit.py"]


def test_given_pre_commit_expected_its_hooks() -> None:
    text = "repos:\n- repo: https://x.org/y\n  rev: v1\n  hooks:\n  - id: ruff\n"
    (hooks,) = of({".pre-commit-config.yaml": text}).hooks

    assert hooks[1:] == ("https://x.org/y", "v1", ("ruff",), 2)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("python train.py", "train.py"),
        ("CUDA_VISIBLE_DEVICES=0 python3.10 -u -W ignore ./src/train.py --x", "./src/train.py"),
        ("uv run --extra gpu python -m pkg.train", "pkg.train"),
        ("conda run -n env python train.py", "train.py"),
        ("torchrun --nproc_per_node 4 train.py", "train.py"),
        ("torchrun --nproc_per_node 4 -m pkg.train", "pkg.train"),
        ("python -m torch.distributed.launch --nproc_per_node=2 train.py", "train.py"),
        ("accelerate launch --mixed_precision fp16 train.py", "train.py"),
        ("mpirun -np 4 python train.py", "train.py"),
        ("$(PYTHON) train.py", "train.py"),
        ("papermill in.ipynb out.ipynb", "in.ipynb"),
        ("./train.py", "./train.py"),
        ("python -c 'import x'", ""),
        ("python $SCRIPT", ""),
        ("python <script>.py", ""),
        ("pip install train.py", ""),
        ("apt-get install python3 python3-pip", ""),
        ("echo python train.py", ""),
    ],
)
def test_given_a_command_expected_what_it_starts(text: str, target: str) -> None:
    assert run_target(split_words(text)[0]) == target


def test_given_a_line_expected_its_commands_apart() -> None:
    line = "a 'b && c' && FOO=1 d --x=$(pwd)/e; f | g  # rest"

    assert split_words(line) == [
        ("a", "b && c"),
        ("FOO=1", "d", "--x=${pwd}/e"),
        ("f",),
        ("g",),
    ]


@pytest.mark.parametrize(
    ("text", "tool", "packages"),
    [
        ("pip install -U --index-url https://x a b==1", "pip", ("a", "b==1")),
        ("python -m pip install -r r.txt -c c.txt", "pip", ()),
        ("uv pip install --system 'a>=1' ./wheels/b.whl", "pip", ("a>=1",)),
        ("pip install -e .[dev] -e git+https://x.org/y", "pip", ("git+https://x.org/y",)),
        ("conda install -y -c conda-forge a=1", "conda", ("a=1",)),
        ("sudo apt-get -y install git", "system", ("git",)),
    ],
)
def test_given_an_install_expected_its_packages(
    text: str, tool: str, packages: tuple[str, ...]
) -> None:
    install = read_install(command(text))

    assert install is not None
    assert install[:2] == (tool, packages)


@pytest.mark.parametrize("text", ["pip freeze", "conda activate x", "make install", "uv sync"])
def test_given_another_command_expected_no_install(text: str) -> None:
    assert read_install(command(text)) is None


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Dockerfile", "README.md", "README.rst", "Makefile", "x.sh", "x.def"]),
    st.text(alphabet="FROMRUN =:<'\"\\\n\t`#[]()$&|{}-abE%~.", max_size=80),
)
def test_given_any_text_expected_records(path: str, text: str) -> None:
    found = of({path: text})

    assert all(c.words and c.line > 0 for c in found.commands)
    assert all(step.line > 0 for file in found.container_files for step in file.steps)
