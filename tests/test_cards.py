"""Every rule has a card, and every example of every card holds."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import repro_lint.rules
from marked import fits, place, told
from repro_lint import cards, config
from repro_lint.commands.fixing import mend
from repro_lint.findings import Confidence
from repro_lint.fixes import FIXABLE
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Find = Callable[[str, Mapping[str, str]], list["Finding"]]

    from repro_lint.cards import Example
    from repro_lint.findings import Finding
    from repro_lint.rules.base import Rule

HEADINGS = ("Why it matters", "Examples", "When to ignore", "Fix safety", "References")
CODES = [code for code, _ in cards.index()]
CASES = [
    pytest.param(code, example, id=f"{code}: {example.title}")
    for code in CODES
    for example in cards.read(code).examples
]


@cache
def rules() -> Mapping[str, type[Rule]]:
    """Each rule of each module of `rules`, by code."""
    folder = Path(repro_lint.rules.__path__[0])
    names = sorted(path.stem for path in folder.glob("*.py"))
    modules = [import_module(f"repro_lint.rules.{name}") for name in names if name != "__init__"]
    return {rule.code: rule for module in modules for rule in getattr(module, "RULES", ())}


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """What one rule finds in a repository of some files, with the configuration among them."""

    def found(code: str, files: Mapping[str, str]) -> list[Finding]:
        settings = config.DEFAULT
        if "repro-lint" in files.get("pyproject.toml", ""):
            (tmp_path / "pyproject.toml").write_text(files["pyproject.toml"], "utf-8")
            settings = config.load(tmp_path, {})
        repository = Repository.from_mapping(files)
        rule, context = rules()[code](), Context(repository, settings)
        return list(rule.check(context)) if rule.applies(context) else []

    return found


def test_every_rule_is_listed_and_has_one_card() -> None:
    from repro_lint.rules import ALL

    assert [(rule.code, rule.name) for rule in ALL] == list(cards.index())
    assert list(ALL) == [rules()[code] for code in sorted(rules())]


@pytest.mark.parametrize("code", CODES)
def test_card_says_what_its_file_name_says(code: str) -> None:
    card = cards.read(code)

    assert (card.code, card.name) in cards.index()
    assert (card.code, card.name) == (rules()[code].code, rules()[code].name)


@pytest.mark.parametrize("code", CODES)
def test_card_has_known_headings_in_order(code: str) -> None:
    found = re.findall(r"^## (.+)$", cards.read(code).markdown, re.MULTILINE)

    assert [heading for heading in HEADINGS if heading in found] == found
    assert {"Why it matters", "Examples", "When to ignore"} <= set(found)


@pytest.mark.parametrize("code", CODES)
def test_summary_is_one_sentence(code: str) -> None:
    summary = cards.read(code).summary

    assert summary.startswith("Flags ")
    assert summary.endswith(".")
    assert not re.search(r"[a-z`)]\. [A-Z]", summary)


@pytest.mark.parametrize("code", CODES)
def test_card_shows_both_sides_silence_first(code: str) -> None:
    sides = [bool(example.expected) for example in cards.read(code).examples]

    assert set(sides) == {True, False}
    assert not sides[0]


@pytest.mark.parametrize("code", CODES)
def test_examples_of_a_card_differ(code: str) -> None:
    examples = cards.read(code).examples

    assert len({example.title for example in examples}) == len(examples)
    assert len({tuple(sorted(example.files.items())) for example in examples}) == len(examples)


@pytest.mark.parametrize(("code", "example"), CASES)
def test_example_holds(code: str, example: Example, find: Find) -> None:
    wanted = tuple(want for want in example.expected if want.rule == code)
    found = find(code, example.files)

    assert {want.rule for want in example.expected} <= {code}
    assert sorted((*place(f, wanted), f.message) for f in found if not told(f, wanted)) == []
    assert sorted(place(f, wanted) for f in found) == sorted(want[:4] for want in wanted)
    assert [want for want in wanted if not any(fits(f, want, wanted) for f in found)] == []


@pytest.mark.parametrize(("code", "example"), CASES)
def test_order_of_files_does_not_matter(code: str, example: Example, find: Find) -> None:
    backwards = dict(reversed(example.files.items()))

    assert find(code, backwards) == find(code, example.files)


FIXED = [case for case in CASES if case.values[1].fixed]  # type: ignore[union-attr]


@pytest.mark.parametrize(("code", "example"), FIXED)
def test_fix_of_an_example_ends_its_findings_and_is_stable(code: str, example: Example) -> None:
    settings = config.DEFAULT._replace(select=(code,), min_confidence=Confidence.LOW)
    mended = mend(Repository.from_mapping(example.files), settings, unsafe=True)
    texts = {path: data.decode() for path, data in mended.changes.items()}
    again = mend(Repository.from_mapping({**example.files, **texts}), settings, unsafe=True)

    assert texts == example.fixed
    assert [ast.parse(text) for path, text in texts.items() if path.endswith(".py")]
    assert (mended.report.shown, mended.undone) == ((), ())
    assert again.changes == {}


def test_every_rule_with_fixes_shows_one() -> None:
    shown = {case.values[0] for case in FIXED}

    assert shown == FIXABLE


CARD = """# some-rule (ABC001)

Flags a thing.

## Why it matters

### not an example

## Examples

### Silent

````markdown title="README.md"
```python title="inner.py"
x = 1  # error: [ABC002] other
```
````

### Loud

`# error: [ABC001] nowhere`

```python title="a.py"
x = 1  # error: [ABC001] one # error: [ABC001] two
```

```python title="a.py" fixed
x = 2
```

```notebook title="b.ipynb"
# %% [markdown]
# Title
# %% [3 error]
y = 1

z = 2  # error: [ABC001]
# %%  # error: [ABC001] the cell
pass
```
"""


def test_given_a_card_expected_its_parts() -> None:
    card = cards.parse(CARD)
    silent, loud = card.examples

    assert card[:3] == ("ABC001", "some-rule", "Flags a thing.")
    assert silent.files == {"README.md": '```python title="inner.py"\nx = 1\n```\n'}
    assert loud.files["a.py"] == "x = 1\n"
    assert loud.fixed == {"a.py": "x = 2\n"}
    assert [want[:4] + want[5:] for want in loud.expected] == [
        (".", 0, 0, 0, "nowhere"),
        ("a.py", 1, 0, 0, "one"),
        ("a.py", 1, 0, 0, "two"),
        ("b.ipynb", 0, 2, 3, ""),
        ("b.ipynb", 0, 3, 0, "the cell"),
    ]


def test_given_a_notebook_fence_expected_a_valid_notebook() -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.reads(cards.parse(CARD).examples[1].files["b.ipynb"], as_version=4)

    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == ["# Title", "y = 1\n\nz = 2", "pass"]
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 3, None]
    assert [output.output_type for output in notebook.cells[1].outputs] == ["error"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("some-rule", "first line"),
        (CARD + "```\n", "never closed"),
        (CARD.replace(' title="a.py"\n', "\n"), "without title"),
        (CARD.replace(" fixed", ""), "twice"),
        (CARD.replace("# %% [markdown]", "x = 1"), "must start"),
        (CARD.replace("[3 error]", "[three]"), "does not start a cell"),
    ],
)
def test_given_a_broken_card_expected_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        cards.parse(text)


def test_given_an_unknown_code_expected_no_card() -> None:
    with pytest.raises(LookupError):
        cards.read("XYZ999")
