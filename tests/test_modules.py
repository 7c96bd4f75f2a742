"""Which file an import means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.flow.modules import ModuleTable, ancestors, folder_of, joined, path_suffixes

PATHS = (
    "train.py",
    "common.py",
    "lab/__init__.py",
    "lab/seeds.py",
    "lab/deep/__init__.py",
    "lab/deep/model.py",
    "src/pack/__init__.py",
    "src/pack/data.py",
    "experiments/first/run.py",
    "experiments/first/tools.py",
    "experiments/second/tools.py",
    "third/party/unique_name.py",
    "third/party/random.py",
    "scripts/statistics.py",
    "scripts/go.py",
)
FOUND = [
    ("train.py", "common", "common.py"),
    ("train.py", "lab", "lab/__init__.py"),
    ("train.py", "lab.seeds", "lab/seeds.py"),
    ("train.py", "lab.deep.model", "lab/deep/model.py"),
    ("lab/deep/model.py", "common", "common.py"),
    ("lab/deep/model.py", "lab.seeds", "lab/seeds.py"),
    ("lab/seeds.py", "seeds", "lab/seeds.py"),
    ("train.py", "pack.data", "src/pack/data.py"),
    ("src/pack/__init__.py", "pack.data", "src/pack/data.py"),
    ("experiments/first/run.py", "tools", "experiments/first/tools.py"),
    ("experiments/second/tools.py", "tools", "experiments/second/tools.py"),
    ("experiments/first/run.py", "common", "common.py"),
    ("train.py", "unique_name", "third/party/unique_name.py"),
    ("train.py", "party.unique_name", "third/party/unique_name.py"),
    ("scripts/go.py", "statistics", "scripts/statistics.py"),
]
NOT_FOUND = [
    ("train.py", "tools"),
    ("train.py", "random"),
    ("train.py", "statistics"),
    ("train.py", "numpy"),
    ("train.py", "lab.missing"),
    ("train.py", "deep.missing"),
    ("train.py", "train.member"),
]
RELATIVE = [
    ("lab/__init__.py", ".seeds", "lab/seeds.py"),
    ("lab/seeds.py", ".", "lab/__init__.py"),
    ("lab/seeds.py", ".deep", "lab/deep/__init__.py"),
    ("lab/seeds.py", ".deep.model", "lab/deep/model.py"),
    ("lab/deep/model.py", "..seeds", "lab/seeds.py"),
    ("lab/deep/model.py", "..", "lab/__init__.py"),
    ("lab/deep/model.py", ".", "lab/deep/__init__.py"),
    ("lab/deep/__init__.py", ".model", "lab/deep/model.py"),
    ("lab/seeds.py", ".common", ""),
    ("lab/seeds.py", ".missing", ""),
    ("train.py", ".common", "common.py"),
]


@pytest.mark.parametrize(("importer", "dotted", "path"), FOUND)
def test_given_a_name_expected_the_file_that_python_would_load(
    importer: str, dotted: str, path: str
) -> None:
    assert ModuleTable(PATHS).find(importer, dotted) == path


@pytest.mark.parametrize(("importer", "dotted"), NOT_FOUND)
def test_given_a_library_or_an_unclear_name_expected_no_file(importer: str, dotted: str) -> None:
    assert ModuleTable(PATHS).find(importer, dotted) == ""


@pytest.mark.parametrize(("importer", "dotted", "path"), RELATIVE)
def test_given_a_relative_name_expected_the_file_beside_the_importer(
    importer: str, dotted: str, path: str
) -> None:
    assert ModuleTable(PATHS).find(importer, dotted) == path


def test_given_two_files_for_one_name_expected_the_nearest_to_the_importer() -> None:
    table = ModuleTable(["tools.py", "scripts/tools.py", "scripts/go.py"])

    assert table.find("scripts/go.py", "tools") == "scripts/tools.py"


def test_given_a_module_and_a_package_of_one_name_expected_the_same_answer_each_time() -> None:
    table = ModuleTable(["lab.py", "lab/__init__.py"])

    assert table.find("train.py", "lab") == table.find("other.py", "lab") == "lab.py"


def test_given_a_notebook_expected_that_it_is_no_module() -> None:
    table = ModuleTable(["study.ipynb", "common.py"])

    assert table.find("study.ipynb", "common") == "common.py"
    assert table.find("common.py", "study") == ""


def test_given_a_module_deep_in_a_package_expected_the_folder_above_the_package_first() -> None:
    table = ModuleTable(["code/lab/__init__.py", "code/lab/a.py", "code/common.py", "common.py"])

    assert table.find("code/lab/a.py", "common") == "code/common.py"


def test_given_paths_expected_folders_and_names() -> None:
    assert folder_of("a/b/c.py") == "a/b"
    assert folder_of("c.py") == ""
    assert joined("", "c.py") == "c.py"
    assert list(ancestors("a/b")) == ["a", ""]
    assert list(path_suffixes("a/b/__init__.py")) == ["a/b", "b"]


names = st.sampled_from(["a", "b", "c", "lab", "__init__"])
paths = st.lists(names, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".py")


@given(st.lists(paths, max_size=8), paths, st.lists(names, min_size=1, max_size=3).map(".".join))
def test_given_any_files_expected_one_of_them_whatever_their_order(
    files: list[str], importer: str, dotted: str
) -> None:
    found = ModuleTable(files).find(importer, dotted)

    assert found in {"", *files}
    assert ModuleTable(reversed(files)).find(importer, dotted) == found
