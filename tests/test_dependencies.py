"""Dependency files of all kinds, as records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from repro_lint.findings import Severity
from repro_lint.repository.dependencies.conda import conda_pin
from repro_lint.repository.dependencies.names import Place, from_text, pin_of
from repro_lint.repository.dependencies.pins import loose, purpose
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.read import read_dependencies
from repro_lint.repository.dependencies.sources import shown_address, stability
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context
from repro_lint.rules.dependencies import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.findings import Finding
    from repro_lint.repository.dependencies.records import Dependencies, Requirement

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "ab" * 32
PLACE = Place("requirements.txt", 1)


def read(files: Mapping[str, str]) -> Dependencies:
    return read_dependencies(Repository.from_mapping(files))


def only(path: str, text: str) -> tuple[Requirement, ...]:
    (file,) = read({path: text}).files
    return file.requirements


def notes(files: Mapping[str, str]) -> list[tuple[str, int, str]]:
    repository = Repository.from_mapping(files)
    read_dependencies(repository)
    return [(note.path, note.line, note.reason) for note in repository.not_analysed]


def found(code: str, files: Mapping[str, str]) -> list[Finding]:
    from repro_lint.config import DEFAULT

    (rule,) = (rule for rule in RULES if rule.code == code)
    return list(rule().check(Context(Repository.from_mapping(files), DEFAULT)))


def places(requirements: tuple[Requirement, ...]) -> list[tuple[str, str, int]]:
    return [(r.name, r.pin, r.line) for r in requirements]


@pytest.mark.parametrize(
    ("text", "name", "pin", "revision"),
    [
        ("Foo_Bar.baz == 1.0", "foo-bar-baz", "exact", ""),
        ("numpy===1.0", "numpy", "exact", ""),
        ("numpy==1.*", "numpy", "range", ""),
        ("numpy>=1,<2", "numpy", "range", ""),
        ("numpy~=1.4", "numpy", "range", ""),
        ("torch[extra]; python_version < '3.9'", "torch", "none", ""),
        ("a @ git+https://h.org/a.git@v1", "a", "vcs", "v1"),
        ("git+ssh://git@h.org/o/b.git", "b", "vcs", ""),
        (f"git+https://u:p@h.org/o/b@{COMMIT}#subdirectory=x", "b", "vcs", COMMIT),
        ("https://h.org/torch-2.5.1-cp311.whl", "torch", "url", ""),
        ("./packages/layers", "", "path", ""),
        ("x @ file:///opt/x", "x", "path", ""),
    ],
)
def test_given_a_requirement_expected_name_pin_and_revision(
    text: str, name: str, pin: str, revision: str
) -> None:
    requirement = from_text(text, PLACE)

    assert requirement is not None
    assert (requirement.name, requirement.pin, requirement.revision) == (name, pin, revision)


@pytest.mark.parametrize("text", ["shall answer soon", "=1", "numpy >"])
def test_given_prose_expected_no_requirement(text: str) -> None:
    assert from_text(text, PLACE) is None


def test_given_requirements_with_options_expected_only_packages_with_their_lines() -> None:
    text = (
        "# comment\n"
        "-i https://example.org/simple\n"
        "numpy==2.1 \\\n"
        f"    --hash={DIGEST}\n"
        "pandas>=2  # why\n"
        "\n"
        "--find-links wheels\n"
        "-e ./layers\n"
        "scipy=1.2.3=py38_0\n"
    )
    requirements = only("requirements.txt", text)

    assert places(requirements) == [
        ("numpy", "exact", 3),
        ("pandas", "range", 5),
        ("", "path", 8),
        ("scipy", "exact", 9),
    ]
    assert requirements[0].hashes == (DIGEST,)
    assert [r.editable for r in requirements] == [False, False, True, False]


def test_given_a_marker_that_ends_in_a_quote_expected_the_requirement() -> None:
    (requirement,) = only("requirements.txt", "numpy==1.0 ; sys_platform == 'linux'\n")

    assert (requirement.pin, requirement.marker) == ("exact", 'sys_platform == "linux"')


def test_given_includes_in_a_loop_expected_each_file_once() -> None:
    dependencies = read(
        {
            "requirements/a.txt": "-r b.txt\n-c ../limits/all.txt\nnumpy\n",
            "requirements/b.txt": "-r a.txt\n-r missing.txt\nscipy\n",
            "limits/all.txt": "numpy==1.0\n",
        }
    )

    assert [(f.path, f.format) for f in dependencies.files] == [
        ("limits/all.txt", "constraints"),
        ("requirements/a.txt", "requirements"),
        ("requirements/b.txt", "requirements"),
    ]
    assert dependencies.files[1].includes == ("requirements/b.txt",)
    assert dependencies.files[1].constraints == ("limits/all.txt",)


def test_given_standard_metadata_expected_groups_and_lines() -> None:
    text = (
        "[build-system]\n"
        'requires = ["hatchling"]\n'
        "[project]\n"
        'name = "study"\n'
        'requires-python = ">=3.10"\n'
        "dependencies = [\n"
        '  # "numpy" was here\n'
        '  "numpy>=2",\n'
        "  \"tomli; python_version<'3.11'\",\n"
        "]\n"
        "[project.optional-dependencies]\n"
        'gpu = ["cupy==13.3.0"]\n'
        'all = ["study[gpu]"]\n'
        "[dependency-groups]\n"
        'dev = ["pytest", {include-group = "lint"}]\n'
        'lint = ["ruff==0.8"]\n'
    )
    dependencies = read({"pyproject.toml": text})
    (file,) = dependencies.files

    assert [(r.name, r.group, r.line) for r in file.requirements] == [
        ("numpy", "runtime", 8),
        ("tomli", "runtime", 9),
        ("cupy", "gpu", 12),
        ("pytest", "group dev", 15),
        ("ruff", "group lint", 16),
        ("hatchling", "build", 2),
    ]
    assert file.is_metadata
    assert [(p.line, p.precision) for p in dependencies.pythons] == [(5, "range")]


def test_given_poetry_tables_expected_pins_and_sources() -> None:
    text = (
        "[tool.poetry.dependencies]\n"
        'python = "~3.11"\n'
        'numpy = "2.1.3"\n'
        'scipy = "^1.0"\n'
        'torch = {version = "*", extras = ["b", "a"]}\n'
        'model = {git = "https://h.org/m.git", branch = "main"}\n'
        'local = {path = "../local", develop = true}\n'
        "[tool.poetry.group.dev.dependencies]\n"
        'pytest = ">=8"\n'
    )
    dependencies = read({"pyproject.toml": text})
    requirements = dependencies.files[0].requirements

    assert places(requirements) == [
        ("numpy", "exact", 3),
        ("scipy", "range", 4),
        ("torch", "none", 5),
        ("model", "vcs", 6),
        ("local", "path", 7),
        ("pytest", "range", 9),
    ]
    assert requirements[2].extras == ("a", "b")
    assert requirements[3].revision == "main"
    assert [(p.line, p.precision) for p in dependencies.pythons] == [(2, "minor")]


def test_given_uv_and_pdm_tables_expected_sources_and_development_groups() -> None:
    text = (
        "[project]\n"
        'name = "study"\n'
        'dependencies = ["model", "layers"]\n'
        "[tool.uv]\n"
        'dev-dependencies = ["pytest"]\n'
        "[tool.uv.sources]\n"
        f'model = {{ git = "https://h.org/m", rev = "{COMMIT}" }}\n'
        "layers = { workspace = true }\n"
        "[tool.pdm.dev-dependencies]\n"
        'lint = ["ruff"]\n'
    )
    requirements = only("pyproject.toml", text)

    assert [(r.name, r.pin, r.group, r.line) for r in requirements] == [
        ("model", "vcs", "runtime", 7),
        ("layers", "path", "runtime", 8),
        ("ruff", "none", "dev", 10),
        ("pytest", "none", "dev", 5),
    ]
    assert requirements[0].revision == COMMIT


def test_given_a_project_without_packages_expected_no_dependency_file() -> None:
    assert read({"pyproject.toml": "[tool.black]\nline-length = 99\n"}).files == ()


def test_given_setup_cfg_expected_lists_and_python() -> None:
    text = (
        "[metadata]\n"
        "name = study\n"
        "[options]\n"
        "python_requires = >=3.8\n"
        "install_requires =\n"
        "    numpy==2.1\n"
        "    # scipy\n"
        "    pandas\n"
        "[options.extras_require]\n"
        "test = pytest\n"
    )
    dependencies = read({"setup.cfg": text})

    assert [(r.name, r.group, r.line) for r in dependencies.files[0].requirements] == [
        ("numpy", "runtime", 6),
        ("pandas", "runtime", 8),
        ("pytest", "test", 10),
    ]
    assert [(p.line, p.text) for p in dependencies.pythons] == [(4, ">=3.8")]


def test_given_setup_py_with_names_and_sums_expected_static_lists() -> None:
    text = (
        "from setuptools import setup\n"
        "BASE = ['numpy==2.1']\n"
        "setup(\n"
        "    install_requires=BASE + ['pandas>=2'],\n"
        "    extras_require=dict(test=['pytest']),\n"
        "    python_requires='==3.11.*',\n"
        ")\n"
    )
    dependencies = read({"setup.py": text})

    assert [(r.name, r.group, r.line) for r in dependencies.files[0].requirements] == [
        ("numpy", "runtime", 2),
        ("pandas", "runtime", 4),
        ("pytest", "test", 5),
    ]
    assert not dependencies.files[0].is_dynamic
    assert [p.precision for p in dependencies.pythons] == ["minor"]


def test_given_setup_py_that_reads_a_file_expected_it_as_include() -> None:
    text = (
        "from setuptools import setup\n"
        "setup(install_requires=open('deps/requirements.txt').readlines())\n"
    )
    dependencies = read({"setup.py": text, "deps/requirements.txt": "numpy\n"})
    by_path = {file.path: file for file in dependencies.files}

    assert by_path["setup.py"].is_dynamic
    assert by_path["setup.py"].includes == ("deps/requirements.txt",)
    assert [r.name for r in by_path["deps/requirements.txt"].requirements] == ["numpy"]


def test_given_a_pipfile_expected_packages_and_python() -> None:
    text = (
        "[packages]\n"
        'numpy = "==2.1"\n'
        'torch = "*"\n'
        "[dev-packages]\n"
        'pytest = {version = ">=8"}\n'
        "[requires]\n"
        'python_version = "3.11"\n'
    )
    dependencies = read({"Pipfile": text})

    assert places(dependencies.files[0].requirements) == [
        ("numpy", "exact", 2),
        ("torch", "none", 3),
        ("pytest", "range", 5),
    ]
    assert [(p.line, p.precision) for p in dependencies.pythons] == [(7, "minor")]


def test_given_an_environment_expected_conda_and_pip_parts() -> None:
    text = (
        "name: x\n"
        "channels: [conda-forge]\n"
        "dependencies:\n"
        "  - python=3.11.9\n"
        "  - conda-forge::numpy=1.2.3=py38_0\n"
        "  - pandas >8,<9\n"
        '  - scipy[version="1.14.*"]\n'
        "  - pip:\n"
        "    - --find-links https://example.org/wheels\n"
        "    - -r requirements.txt\n"
        "    - wandb\n"
    )
    dependencies = read({"conda/env-gpu.yml": text})

    assert places(dependencies.files[0].requirements) == [
        ("python", "exact", 4),
        ("numpy", "exact", 5),
        ("pandas", "range", 6),
        ("scipy", "exact", 7),
        ("wandb", "none", 11),
    ]
    assert dependencies.files[0].includes == ("conda/requirements.txt",)
    assert [(p.line, p.precision) for p in dependencies.pythons] == [(4, "patch")]


def test_given_a_configuration_named_as_an_environment_expected_nothing() -> None:
    files = {"configs/env.yaml": "dependencies: ${oc.env:X}\n", "env/atari.yaml": "a: [\n"}

    assert read(files).files == ()
    assert notes(files) == []


@pytest.mark.parametrize(
    ("specifier", "pin"),
    [
        ("", "none"),
        ("*", "none"),
        ("=1.10", "exact"),
        ("==1.10.0", "exact"),
        ("1.10.* py38_0", "exact"),
        ("=1", "range"),
        ("=2.*", "range"),
        (">=1.10", "range"),
        ("==1.*", "range"),
        ("==1.10.0=py38_0", "exact"),
    ],
)
def test_given_a_conda_specifier_expected_pin(specifier: str, pin: str) -> None:
    assert conda_pin(specifier) == pin


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("3.11", "minor"),
        ("3.11.4", "patch"),
        ("3", "range"),
        (">=3.8", "range"),
        (">=3.11,<3.12", "minor"),
        ("==3.11.*", "minor"),
        ("~=3.11.0", "minor"),
        ("~=3.11", "range"),
        ("==3.11.4", "patch"),
        ("^3.11", "range"),
        ("~3.11", "minor"),
        ("=3.11", "minor"),
        ("=3.11.4", "patch"),
        ("pypy3-7.3.1", "patch"),
    ],
)
def test_given_a_statement_of_python_expected_precision(text: str, precision: str) -> None:
    stated = statement("x", 1, text)

    assert stated is not None
    assert stated.precision == precision


@pytest.mark.parametrize("text", ["", "*", "latest"])
def test_given_no_version_expected_no_statement(text: str) -> None:
    assert statement("x", 1, text) is None


def test_given_python_among_requirements_expected_a_statement() -> None:
    dependencies = read({"requirements.txt": "python>=3.8\nnumpy==1\n"})

    assert [(p.line, p.text, p.precision) for p in dependencies.pythons] == [(1, ">=3.8", "range")]


def test_given_setup_py_with_a_strange_escape_expected_no_warning() -> None:
    text = "import setuptools\nsetuptools.setup(install_requires=['a'], x='\\d')\n"

    assert places(only("setup.py", text)) == [("a", "none", 2)]


def test_given_version_files_expected_statements() -> None:
    dependencies = read(
        {
            ".python-version": "3.11.4\n",
            ".tool-versions": "nodejs 20\npython 3.12.1\n",
            "runtime.txt": "python-3.10.2\n",
            "old/.python-version": "miniconda3-4.7\n",
        }
    )

    assert [(p.path, p.line, p.text) for p in dependencies.pythons] == [
        (".python-version", 1, "3.11.4"),
        (".tool-versions", 2, "3.12.1"),
        ("runtime.txt", 1, "3.10.2"),
    ]


LOCKS = {
    "uv.lock": '[[package]]\nname = "a"\nversion = "1"\n'
    f'source = {{ registry = "r" }}\nwheels = [{{ url = "u", hash = "{DIGEST}" }}]\n',
    "poetry.lock": '[[package]]\nname = "a"\nversion = "1"\n'
    f'files = [{{ file = "f", hash = "{DIGEST}" }}]\n',
    "old/poetry.lock": '[[package]]\nname = "a"\nversion = "1"\n'
    f'[metadata.files]\nA = [{{ file = "f", hash = "{DIGEST}" }}]\n',
    "pdm.lock": '[[package]]\nname = "a"\nversion = "1"\n'
    f'files = [{{ file = "f", hash = "{DIGEST}" }}]\n',
    "pylock.gpu.toml": 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n'
    f'wheels = [{{ url = "u", hashes = {{ sha256 = "{"ab" * 32}" }} }}]\n',
    "Pipfile.lock": json.dumps(
        {"_meta": {}, "default": {"a": {"version": "==1", "hashes": ["x"]}}}
    ),
    "conda-lock.yml": "package:\n- name: a\n  version: '1'\n  hash:\n    md5: x\n",
    "pixi.lock": "packages:\n- conda: https://h.org/linux-64/a-1-h_0.conda\n  sha256: x\n",
    "conda-linux-64.lock": "@EXPLICIT\nhttps://h.org/linux-64/a-1-h_0.conda#0123\n",
    "requirements.lock": f"a==1 --hash={DIGEST}\n",
}


@pytest.mark.parametrize("path", sorted(LOCKS))
def test_given_a_lock_expected_packages_and_hashes(path: str) -> None:
    (lock,) = read({path: LOCKS[path]}).locks

    assert [tuple(package) for package in lock.packages] == [("a", "1", True)]
    assert lock.has_hashes
    assert lock.transitive


@pytest.mark.parametrize("path", sorted(set(LOCKS) - {"requirements.lock"}))
def test_given_a_lock_whose_hashes_are_gone_expected_none(path: str) -> None:
    text = LOCKS[path].replace(DIGEST, "").replace("hash", "other").replace("sha256", "s")
    (lock,) = read({path: text.replace("md5", "m").replace("#0123", "")}).locks

    assert not lock.has_hashes


def test_given_a_conda_lock_expected_its_python() -> None:
    text = "package:\n- name: python\n  version: 3.11.9\n  hash: {md5: x}\n"

    assert [p.precision for p in read({"conda-lock.yml": text}).pythons] == ["patch"]


def test_given_a_lock_that_cannot_be_read_expected_it_still_fixes_all() -> None:
    files = {"uv.lock": "[[package\n", "requirements.txt": "numpy\n"}
    dependencies = read(files)

    assert loose(dependencies.files[0], dependencies) == ()
    assert [note[:2] for note in notes(files)] == [("uv.lock", 1)]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pyproject.toml", '[project]\nname = "a"\nname = "b"\n', 3),
        ("pyproject.toml", "a = " + "[" * 5000, 0),
        ("Pipfile.lock", "{\n", 2),
        ("Pipfile.lock", "[" * 200_000, 0),
        ("setup.cfg", "no section\n", 1),
        ("environment.yml", "dependencies:\n" + "- &a [x]\n" + "- [*a" * 3000, 0),
        ("environment.yml", "dependencies:\n  - a: [\n", 3),
        ("requirements.txt", "numpy\nscipy\nnot a thing\n", 3),
        ("requirements.txt", "The service\nshall answer\n", 1),
    ],
)
def test_given_a_broken_file_expected_a_note_and_no_exception(
    path: str, text: str, line: int
) -> None:
    (note,) = notes({path: text})

    assert note[0] == path
    assert note[1] == line or not line


def test_given_aliases_that_multiply_expected_a_note() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        rows.append(f"{name}: &{name} [{', '.join(['*' + before] * 9)}]")
    text = "\n".join([*rows, "dependencies:", "  - *i", ""])
    (note,) = notes({"environment.yml": text})

    assert "aliases" in note[2]


def test_given_metadata_for_others_expected_a_library() -> None:
    metadata = (
        "[build-system]\nrequires = []\n"
        '[project]\nname = "x"\nclassifiers = ["Topic :: Software"]\ndependencies = []\n'
    )

    assert read({"pyproject.toml": metadata}).library.is_library
    trained = read({"pyproject.toml": metadata, "train.py": ""}).library
    assert (trained.is_library, trained.is_published) == (False, True)
    assert not read({"sub/pyproject.toml": metadata}).library.is_published


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("requirements.txt", "run"),
        ("requirements-dev.txt", "development"),
        ("tests/requirements.txt", "development"),
        ("docs/requirements.txt", "documentation"),
        ("group lint", "development"),
        ("testament/requirements.txt", "run"),
    ],
)
def test_given_a_name_expected_purpose(name: str, expected: str) -> None:
    assert purpose(name) == expected


def test_given_samples_and_vendored_folders_expected_nothing() -> None:
    files = {
        "tests/fixtures/a/requirements.txt": "numpy\n",
        "third_party/b/requirements.txt": "numpy\n",
    }

    assert read(files).files == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"git+https://h.org/a@{COMMIT}", "fixed"),
        ("git+https://h.org/a@abc1234", "fixed"),
        ("git+https://h.org/a@v1.2", "tag"),
        ("git+https://h.org/a@release-1.2.0", "tag"),
        ("git+https://h.org/a@develop", "floating"),
        ("git+https://h.org/a", "floating"),
        ("https://h.org/a-1.0.zip", "unhashed"),
        ("https://h.org/a/archive/master.zip", "floating"),
        ("numpy", "fixed"),
    ],
)
def test_given_an_address_expected_stability(text: str, expected: str) -> None:
    requirement = from_text(text, PLACE)

    assert requirement is not None
    assert stability(requirement) == expected


def test_given_an_archive_with_a_name_expected_both() -> None:
    found = from_text("research-app @ https://h.org/archive/main.zip", PLACE)

    assert found is not None
    assert (found.name, found.url) == ("research-app", "https://h.org/archive/main.zip")


def test_given_an_address_with_a_password_expected_it_hidden() -> None:
    requirement = from_text("https://user:secret@h.org/file.zip", PLACE)

    assert requirement is not None
    assert shown_address(requirement) == "https://h.org/file.zip"


def test_given_open_lines_expected_one_finding_with_all_of_them_as_sites() -> None:
    text = "numpy==1.0\ntorch\nscipy\npip\npandas>=1\n"
    (finding,) = found("DEP002", {"sub/requirements.txt": text})

    assert finding.location.line == 2
    assert [site.line for site in finding.sites] == [2, 3, 5]
    assert finding.severity == Severity.HIGH
    assert "3 of 4 requirements" in finding.message


def test_given_a_library_expected_low_severity_but_high_for_its_examples() -> None:
    metadata = (
        "[build-system]\nrequires = []\n[project]\n"
        'name = "x"\nclassifiers = ["Topic :: Software"]\ndependencies = ["numpy"]\n'
    )
    files = {"pyproject.toml": metadata, "examples/requirements.txt": "torch\n"}

    assert [(f.location.path, f.severity) for f in found("DEP002", files)] == [
        ("examples/requirements.txt", Severity.HIGH),
        ("pyproject.toml", Severity.LOW),
    ]


def test_given_a_tag_expected_lower_severity_than_a_branch() -> None:
    text = "git+https://h.org/a@v1.2\ngit+https://h.org/b@main\n"

    assert [f.severity for f in found("DEP007", {"requirements.txt": text})] == [
        Severity.LOW,
        Severity.HIGH,
    ]


def test_given_the_same_files_in_another_order_expected_the_same_records() -> None:
    files = {"requirements.txt": "numpy\n", "a/setup.cfg": "[options]\ninstall_requires = b\n"}

    assert read(files) == read(dict(reversed(files.items())))


def test_given_pins_expected_exact_only_without_wildcard() -> None:
    assert [pin_of(text) for text in ("==1", "==1.*", ">=1,==2", "", "!=3")] == [
        "exact",
        "range",
        "exact",
        "none",
        "range",
    ]


def test_given_the_rules_expected_no_reader_imported_before_a_file_needs_it() -> None:
    import subprocess
    import sys

    code = (
        "import sys, repro_lint.rules.dependencies\n"
        "from repro_lint.repository.files import Repository\n"
        "from repro_lint.repository.dependencies.read import read_dependencies\n"
        "read_dependencies(Repository.from_mapping({'train.py': 'x = 1'}))\n"
        "print([m for m in ('ast', 'configparser', 'yaml', 'packaging') if m in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"
