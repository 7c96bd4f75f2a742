"""What calls may run: one definition, one of several, or nothing that can be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repro_lint import config
from repro_lint.flow.candidates import candidates
from repro_lint.flow.console import in_pyproject, in_setup_cfg, in_setup_py
from repro_lint.flow.hooks import hooks
from repro_lint.flow.modules import ModuleTable
from repro_lint.flow.target import Target
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.candidates import Candidates
    from repro_lint.flow.program import Program


def linked(files: Mapping[str, str]) -> Program:
    return Context(Repository.from_mapping(dict(files)), config.DEFAULT).program


def last_call(text: str, **files: str) -> tuple[Program, Candidates]:
    """What the last call of a module may run."""
    named = {f"{name}.py": other for name, other in files.items()}
    program = linked({"run.py": text, **named})
    return program, candidates(program, "run.py", len(program.modules["run.py"].calls) - 1)


def names(program: Program, targets: tuple[Target, ...]) -> list[str]:
    return [t.dotted or program.function(t).name for t in targets]


TWO = "class A:\n    def load_rows(self): ...\nclass B:\n    def load_rows(self): ...\n"


@pytest.mark.parametrize(
    ("text", "found", "exhaustive", "exact"),
    [
        (TWO + "A().load_rows()", ["A.load_rows"], True, True),
        (TWO + "def f(x: A):\n    x.load_rows()", ["A.load_rows"], True, True),
        (TWO + "def f(x: 'A | None'):\n    x.load_rows()", ["A.load_rows"], True, True),
        (TWO + "x = A() if 1 else B()\nx.load_rows()", ["A.load_rows", "B.load_rows"], True, False),
        (TWO + "def f(x: A | B):\n    x.load_rows()", ["A.load_rows", "B.load_rows"], True, False),
        (TWO + "def f(x):\n    x.load_rows()", ["A.load_rows", "B.load_rows"], False, False),
        (TWO + "def f(x):\n    x.load_rows(1)", [], False, False),
        (TWO + "import lab\ndef f():\n    lab.load_rows()", ["lab.load_rows"], True, True),
        ("def f(): ...\ng = f\ng()", ["f"], True, True),
        ("def f(): ...\ndef h(): ...\ng = f\ng = h\ng()", ["f", "h"], True, False),
        ("def f(): ...\ng = lambda: f()\ng()", ["<lambda>"], True, True),
        ("def f(): ...\nT = {'a': f}\nT['a']()", ["f"], True, True),
        ("def f(): ...\nT = {'a': f}\nT[k]()", ["f"], False, False),
        ("def f(): ...\n{'a': f}[k]()", ["f"], False, False),
        ("def f(): ...\nT = {}\nT['a'] = f\nT.get(k)()", ["f"], False, False),
        ("def f(): ...\nglobals()[k]()", ["f"], False, False),
        ("def f(): ...\ndef g():\n    return f\ng()()", ["f"], True, True),
        ("def f(): ...\ndef g(h):\n    h()\ng(f)", ["g"], True, True),
        ("import torch\nclass N(torch.nn.Module):\n    def forward(self): ...\nN()(1)",
         ["N.forward"], True, True),
        ("import random\nd = random.random\nd()", ["random.random"], True, True),
        ("f()", [], False, False),
        ("x.y.z()", [], False, False),
        ("T[0]()", [], False, False),
        ("(lambda: 1)()", ["<lambda>"], True, True),
    ],
)  # fmt: skip
def test_given_a_call_expected_what_it_may_run(
    text: str,
    found: list[str],
    exhaustive: bool,  # noqa: FBT001
    exact: bool,  # noqa: FBT001
) -> None:
    program, result = last_call(text + "\n")

    assert names(program, result.targets) == found
    assert (result.exhaustive, result.exact) == (exhaustive, exact)


def test_given_callers_that_disagree_expected_each_of_their_functions() -> None:
    text = "def one(): ...\ndef two(): ...\ndef run(work):\n    work()\nrun(one)\nrun(two)\n"
    program = linked({"run.py": text})
    found = candidates(program, "run.py", 0)

    assert names(program, found.targets) == ["one", "two"]
    assert (found.exhaustive, found.exact) == (True, False)


def test_given_a_caller_that_shows_nothing_expected_nothing_exact() -> None:
    text = "import lab\ndef one(): ...\ndef run(work):\n    work()\nrun(one)\nrun(lab.make())\n"
    found = candidates(linked({"run.py": text}), "run.py", 0)

    assert not found.exhaustive
    assert not found.exact


def test_given_a_name_of_a_project_beside_this_one_expected_no_method() -> None:
    files = {
        "one/data.py": "class A:\n    def load_rows(self): ...\n",
        "two/run.py": "def f(x):\n    x.load_rows()\n",
    }

    assert candidates(linked(files), "two/run.py", 0).targets == ()


def test_given_a_group_expected_its_commands_to_run_later() -> None:
    text = (
        "import click\n@click.group()\ndef cli(): ...\n@cli.command()\ndef fit(): ...\n"
        "@click.command()\ndef other(): ...\ncli.add_command(other)\ncli()\n"
    )
    program, found = last_call(text)

    assert names(program, found.targets) == ["cli"]
    assert names(program, found.later) == ["fit", "other"]


def test_given_a_typer_application_expected_its_commands() -> None:
    text = "import typer\napp = typer.Typer()\n@app.command()\ndef fit(): ...\napp()\n"
    program, found = last_call(text)

    assert names(program, found.targets) == ["fit"]
    assert found.exact


def test_given_a_class_for_fire_expected_its_methods_to_run_later() -> None:
    text = (
        "import fire\nclass Jobs:\n    def fit(self): ...\n    def _x(self): ...\nfire.Fire(Jobs)\n"
    )
    program, found = last_call(text)

    assert names(program, found.targets) == ["Jobs"]
    assert names(program, found.later) == ["Jobs.fit"]


HEIRS = """
class Base:
    def go(self):
        self.step_once()
    def step_once(self):
        raise NotImplementedError
class One(Base):
    def step_once(self): ...
class Two(Base):
    def step_once(self): ...
"""


def test_given_methods_that_override_expected_all_but_the_stand_in() -> None:
    program = linked({"run.py": HEIRS})
    found = candidates(program, "run.py", 0)

    assert names(program, found.targets) == ["One.step_once", "Two.step_once"]
    assert found.exhaustive


def test_given_two_lines_of_bases_expected_the_order_of_python() -> None:
    text = (
        "class R:\n    def a(self): ...\nclass X(R): ...\nclass Y(R):\n    def a(self): ...\n"
        "class Z(X, Y): ...\nZ().a()\n"
    )
    program, found = last_call(text)

    assert names(program, found.targets) == ["Y.a"]


def test_given_classes_that_derive_from_each_other_expected_an_end() -> None:
    text = "class A(B):\n    def a(self): ...\nclass B(A): ...\nB().a()\n"
    program, found = last_call(text)

    assert names(program, found.targets) == ["A.a"]


def test_given_long_chains_expected_an_end() -> None:
    count = 3000
    lines = ["class C0:\n    def a(self): ...\ndef f0(): return C0()"]
    lines += [f"class C{n}(C{n - 1}): ...\ndef f{n}(): return f{n - 1}()" for n in range(1, count)]
    lines += [f"v{n} = f{n}()" for n in range(0, count, 100)]
    program, _ = last_call("\n".join([*lines, f"C{count - 1}().b()", f"f{count - 1}().a()", ""]))

    assert program.classes.line(Target("class", "run.py", 1))[0].place == 1


def test_given_functions_that_give_back_each_other_expected_an_end() -> None:
    text = "def f():\n    return g()\ndef g():\n    return f()\nx = f()\nx.anything_else()\n"

    assert last_call(text)[1].targets == ()


def test_given_an_import_that_only_a_project_beside_this_one_could_serve_expected_none() -> None:
    table = ModuleTable(["one/train.py", "two/common.py"], ["one/README.md", "two/README.md"])

    assert table.find("one/train.py", "common") == ""


def test_given_an_import_that_a_folder_of_the_project_serves_expected_its_file() -> None:
    paths = ["one/scripts/train.py", "one/code/common.py", "two/code/common.py"]
    table = ModuleTable(paths, ["one/pyproject.toml", "two/pyproject.toml"])

    assert table.find("one/scripts/train.py", "common") == "one/code/common.py"


def test_given_a_library_and_a_part_of_a_package_of_that_name_expected_the_library() -> None:
    table = ModuleTable(["lab/__init__.py", "lab/tokens/__init__.py", "train.py"], ["README.md"])

    assert table.find("train.py", "tokens") == ""


def test_given_models_and_data_sets_expected_what_frameworks_call() -> None:
    text = (
        "import torch\nimport pytorch_lightning as pl\n"
        "class Base(pl.LightningModule):\n    def training_step(self, b): ...\n"
        "class Model(Base):\n    def forward(self, x): ...\n    def helper(self): ...\n"
        "class Data(torch.utils.data.Dataset):\n    def __getitem__(self, n): ...\n"
        "class Plain:\n    def forward(self, x): ...\n"
    )
    program = linked({"run.py": text})
    places = program.definitions["run.py"]

    def told(name: str) -> list[str]:
        return names(program, hooks(program, Target("class", "run.py", places[name])))

    assert told("Model") == ["Model.forward", "Base.training_step"]
    assert told("Data") == []
    assert told("Plain") == []


SETUP_CFG = "[options.entry_points]\nconsole_scripts =\n    a = lab.cli:main\n    b=lab.b:go [x]\n"


def test_given_packaging_files_expected_their_console_scripts() -> None:
    project = "[project.scripts]\na = 'lab.cli:main'\n[tool.poetry.scripts]\nb = 'lab.b:go'\n"
    setup = "setup(entry_points={'console_scripts': ['a = lab.cli:main', 'b=lab.b:go']})\n"
    wanted = [("lab.cli", "main"), ("lab.b", "go")]

    assert list(in_pyproject(project)) == wanted
    assert list(in_setup_cfg(SETUP_CFG)) == wanted
    assert list(in_setup_py(setup)) == wanted
    assert list(in_pyproject("[project\n")) == []


def test_given_a_console_script_expected_an_entry_with_its_function() -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'lab'\n[project.scripts]\nlab = 'lab.cli:main'\n",
        "lab/__init__.py": "",
        "lab/cli.py": "def main():\n    return 1\n",
    }
    program = linked(files)
    (entry,) = program.entries

    assert (entry.path, entry.origin, entry.line) == ("lab/cli.py", "console script", 1)
    assert program.modules["lab/cli.py"].functions[entry.function].name == "main"


def test_given_tests_expected_a_group_of_their_own() -> None:
    files = {"tests/test_a.py": "def test_a():\n    assert 1\n", "tests/tools.py": "x = 1\n"}
    program = linked(files)

    assert program.entries == ()
    assert [(entry.path, entry.kind) for entry in program.test_entries] == [
        ("tests/test_a.py", "tests")
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("'lab.models.line'", {"lab/models/line.py"}),
        ("f'lab.models.{kind}'", {"lab/models/line.py", "lab/models/curve.py"}),
        ("'lab.models.' + kind", {"lab/models/line.py", "lab/models/curve.py"}),
        ("kind", set()),
        ("f'{kind}.models'", set()),
    ],
)
def test_given_a_module_imported_by_name_expected_those_it_may_be(
    name: str, found: set[str]
) -> None:
    files = {
        "run.py": f"import importlib\nimportlib.import_module({name})\n",
        "lab/models/line.py": "x = 1\n",
        "lab/models/curve.py": "x = 1\n",
        "lab/other.py": "x = 1\n",
    }

    assert linked(files).imports_of("run.py") == found
