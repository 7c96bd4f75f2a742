"""Micro programs: which draws each entry surely reaches unseeded, and how that is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marked import fits, place, told
from repro_lint import cards, config
from repro_lint.flow.verdicts import verdicts
from repro_lint.repository.files import Repository
from repro_lint.rules import all_rules
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.cards import Example

FOLDER = Path(__file__).parent / "flow"
EXAMPLES = [
    pytest.param(example, id=f"{path.stem}: {example.title}")
    for path in sorted(FOLDER.glob("*.md"))
    for example in cards.parse(path.read_text("utf-8")).examples
]

TOPICS = [
    pytest.param(path, number, id=f"{path.parent.name}/{path.stem}: {example.title}")
    for path in sorted(FOLDER.glob("*/*.md"))
    for number, example in enumerate(cards.parse(path.read_text("utf-8")).examples)
]
HEADING = re.compile(r"^### .*$", re.MULTILINE)
VERDICT = re.compile(r"^`?# verdict: (?P<entry>\S+)(?P<words>[^`\n]*)`?$", re.MULTILINE)
WORDS = {"proved", "exposed", "partly", "conditional", "entropy", "assumed"}


def program(files: Mapping[str, str]) -> Context:
    """Everything that is known of a repository of these files."""
    return Context(Repository.from_mapping(dict(files)), config.DEFAULT)


def unseeded(context: Context) -> list[tuple[str, int, int, str]]:
    """Each draw that an entry surely reaches unseeded, as path, cell, line, stream and entry."""
    found = []
    for verdict in context.seed_flow.verdicts:
        for exposure in verdict.exposures:
            path, call = exposure.trace[-1]
            place = context.facts.place_of(path, context.modules[path].calls[call].span)
            line = place.cell_line if place.cell else place.line
            found.append((path, place.cell, line, f"{verdict.stream} in {verdict.entry.path}"))
    return sorted(found)


@pytest.mark.parametrize("example", EXAMPLES)
def test_given_an_example_expected_its_marked_draws_unseeded(example: Example) -> None:
    """A marker stands on each draw that is surely unseeded: its stream and the entry."""
    wanted = [(w.path, w.cell, w.cell_line or w.line, w.text) for w in example.expected]
    context = program(example.files)

    assert unseeded(context) == sorted(wanted)
    assert context.repository.not_analysed == ()


def wanted_verdicts(text: str, number: int) -> list[tuple[str, str, str]]:
    """The entries, streams and words that the verdict lines of one example state."""
    (_, *sections) = HEADING.split(text.partition("\n## Examples\n")[2])
    found = []
    for line in VERDICT.finditer(sections[number].partition("\n```")[0]):
        for pair in line["words"].split():
            stream, equal, word = pair.partition("=")
            assert equal, f"`{line[0]}` must read `# verdict: path stream=word`"
            assert word in WORDS, f"`{word}` is no verdict"
            found.append((line["entry"], stream, word))
    return sorted(found)


@pytest.mark.parametrize(("path", "number"), TOPICS)
def test_given_a_case_expected_its_findings_and_verdicts(path: Path, number: int) -> None:
    """Markers stand on what the rule of the file finds; verdict lines name every row."""
    text = path.read_text("utf-8")
    card = cards.parse(text)
    example = card.examples[number]
    context = program(example.files)
    rules = [rule() for rule in all_rules() if rule.code == card.code]
    found = [f for rule in rules if rule.applies(context) for f in rule.check(context)]
    wanted = tuple(want for want in example.expected if want.rule == card.code)

    assert len(rules) == 1, f"no rule has the code of `{path.name}`"
    assert {want.rule for want in example.expected} <= {card.code}
    assert sorted((*place(f, wanted), f.message) for f in found if not told(f, wanted)) == []
    assert [want for want in wanted if not any(fits(f, want, wanted) for f in found)] == []
    assert sorted(place(f, wanted) for f in found) == sorted(want[:4] for want in wanted)
    if "# verdict:" in text:
        stated = wanted_verdicts(text, number)
        entries = {entry for entry, _, _ in stated}
        rows = [(row.entry, row.stream, row.word) for row in verdicts(context.seed_flow)]
        assert [row for row in rows if row[0] in entries] == stated
    assert context.repository.not_analysed == ()


TRAIN = """
import torch
from data import load

class Trainer:
    def __init__(self):
        self.items = load(3)

def main():
    Trainer()

if __name__ == "__main__":
    main()
"""
DATA = """
import numpy as np

def load(count):
    return shuffled(count)

def shuffled(count):
    return np.random.permutation(count)
"""


def test_given_a_draw_in_another_file_expected_the_calls_that_lead_to_it() -> None:
    context = program({"train.py": TRAIN, "data.py": DATA})
    (verdict,) = context.seed_flow.verdicts
    (exposure,) = verdict.exposures

    assert (verdict.entry.path, verdict.stream) == ("train.py", "numpy")
    assert [(path, context.modules[path].calls[call].name) for path, call in exposure.trace] == [
        ("train.py", "main"),
        ("train.py", "Trainer"),
        ("train.py", "load"),
        ("data.py", "shuffled"),
        ("data.py", "np.random.permutation"),
    ]


def test_given_two_ways_to_a_draw_expected_the_shorter_one() -> None:
    text = DATA + "\nload(3)\nshuffled(3)\nprint(1)\n"
    context = program({"data.py": text})
    (exposure,) = context.seed_flow.verdicts[0].exposures

    assert [context.modules[path].calls[call].span.line for path, call in exposure.trace] == [11, 8]


def test_given_a_function_that_calls_itself_expected_an_end() -> None:
    text = (
        "import random\ndef f(n):\n    f(n - 1)\n    random.random()\n    f(n)\nf(1)\nf(2)\nf(3)\n"
    )

    assert unseeded(program({"run.py": text})) == [("run.py", 0, 4, "python in run.py")]


STATUS = """
import random
import sys
import numpy as np
import torch

def covered():
    return torch.rand(1)

def exposed():
    return random.random()

def maybe(flag):
    if flag:
        np.random.seed(0)
    return np.random.rand()

def unreached():
    return random.gauss(0, 1)

def unreached_but_seeded():
    random.seed(0)
    return random.uniform(0, 1)

def main():
    torch.manual_seed(0)
    covered()
    exposed()
    maybe(sys.argv[1:])

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("name", "stream", "state"),
    [
        ("torch.rand", "torch", "covered"),
        ("random.random", "python", "exposed"),
        ("np.random.rand", "numpy", "maybe"),
        ("random.gauss", "python", "unreached"),
        ("random.uniform", "python", "maybe"),
    ],
)
def test_given_a_draw_expected_what_is_known_of_it(name: str, stream: str, state: str) -> None:
    context = program({"run.py": STATUS})
    calls = context.modules["run.py"].calls
    place = next(place for place, call in enumerate(calls) if call.name == name)
    status = context.draws.status("run.py", place, stream)

    assert status.state == state
    assert (status.entry is not None) == (state == "exposed" or name == "np.random.rand")


def test_given_a_library_expected_who_may_seed_for_it() -> None:
    context = program(
        {
            "lab/__init__.py": "from .noise import draw\n",
            "lab/noise.py": "import random\ndef draw():\n    return random.random()\n",
            "lab/other.py": "import random\n",
            "start.py": "import random\nimport lab\ndef start():\n    random.seed(0)\n",
        }
    )

    assert context.draws.seeded_near("lab/noise.py", "python")
    assert not context.draws.seeded_near("lab/noise.py", "numpy")
    assert not context.draws.seeded_near("lab/other.py", "python")


@pytest.mark.parametrize(
    ("head", "parameter"),
    [
        ("def f(seed):", "seed"),
        ("def f(x, random_state=None):", "random_state"),
        ("def f(x, *, rng):", "rng"),
        ("def f(x, data_seed=1):", "data_seed"),
        ("def f(x, seeds, seeding, stage):", ""),
        ("def f(x):", ""),
    ],
)
def test_given_a_signature_expected_the_seed_parameter(head: str, parameter: str) -> None:
    context = program({"f.py": f"import random\n{head}\n    return random.random()\n"})

    assert context.draws.ignored_parameter("f.py", 1) == parameter


def test_given_a_class_expected_the_seed_parameter_of_its_constructor() -> None:
    text = (
        "import random\nclass A:\n    def __init__(self, seed):\n        self.x = 1\n"
        "    def draw(self):\n        return random.random()\n"
    )
    context = program({"a.py": text})
    functions = context.modules["a.py"].functions
    draw = next(place for place, function in enumerate(functions) if function.name == "A.draw")

    assert context.draws.ignored_parameter("a.py", draw) == "seed"


GUARD = '\nif __name__ == "__main__":\n    main()\n'
WORK = "import argparse\ndef main():\n    argparse.ArgumentParser().parse_args()\n"
EFFECTS = "print(1)\nprint(2)\nprint(3)\n"


@pytest.mark.parametrize(
    ("path", "text", "kind", "origin"),
    [
        ("train.py", WORK + GUARD, "training", "main guard"),
        ("go.py", "def main():\n    loss().backward()\n" + GUARD, "training", "main guard"),
        ("evaluate.py", WORK + GUARD, "evaluation", "main guard"),
        ("prepare_data.py", WORK + GUARD, "data", "main guard"),
        ("tools/convert.py", EFFECTS, "data", "script"),
        ("study.py", EFFECTS, "evaluation", "script"),
        ("lab/__main__.py", "import lab, numpy\nlab.go()\n", "training", "module"),
        ("lab/__main__.py", "import lab, jinja2\nlab.go()\n", "evaluation", "module"),
        ("main.py", "import jinja2\n" + WORK + GUARD, "evaluation", "main guard"),
    ],
)
def test_given_a_script_expected_its_kind(path: str, text: str, kind: str, origin: str) -> None:
    (entry,) = program({path: text}).program.entries

    assert (entry.path, entry.kind, entry.origin) == (path, kind, origin)


@pytest.mark.parametrize(
    "files",
    [
        {"layers.py": "import torch\nA = torch.rand(1)\nB = 2\n"},
        {"setup.py": EFFECTS},
        {"tests/test_a.py": EFFECTS + GUARD},
        {"conftest.py": EFFECTS},
        {"lab/__init__.py": "", "lab/side.py": EFFECTS},
        {"side.py": EFFECTS, "lab/__init__.py": "import side\n"},
    ],
)
def test_given_no_script_expected_no_entry(files: Mapping[str, str]) -> None:
    assert program(files).program.entries == ()


def test_given_a_module_that_others_import_expected_its_main_part_to_be_a_smoke_test() -> None:
    files = {"layers.py": "def main():\n    pass\n" + GUARD, "train.py": "import layers\n" + GUARD}
    kinds = {entry.path: entry.kind for entry in program(files).program.entries}

    assert kinds == {"layers.py": "smoke", "train.py": "training"}


@pytest.mark.parametrize(
    ("main", "kind"),
    [
        ("    print(score([1]))\n" * 30, "smoke"),
        ("    model.fit([1])\n" * 30, "evaluation"),
        ("    score([1])\n", "smoke"),
    ],
)
def test_given_a_module_that_its_package_hands_on_expected_a_long_main_part_to_try_it_out(
    main: str, kind: str
) -> None:
    text = "import sklearn\n\ndef score(y):\n    return y\n\nif __name__ == '__main__':\n" + main
    files = {"lab/__init__.py": "from .evaluate import score\n", "lab/evaluate.py": text}
    (entry,) = program(files).program.entries

    assert entry.kind == kind


@pytest.mark.parametrize(
    ("main", "kind"),
    [
        ("    net = Net(\n        1,\n    )\n" + "    print(net)\n" * 30, "smoke"),
        ("    for step in range(9):\n        Net(step).backward()\n", "training"),
        ("    net = Net(1)\n    keep.save(net)\n", "evaluation"),
        ("    net = Net(read('x'))\n", "evaluation"),
        ("    print(1)\n", "evaluation"),
    ],
)
def test_given_a_main_part_of_a_package_expected_a_try_where_nothing_is_read_or_kept(
    main: str, kind: str
) -> None:
    text = "import keep\n\nclass Net:\n    pass\n\nif __name__ == '__main__':\n" + main
    (entry,) = program({"lab/__init__.py": "", "lab/net.py": text}).program.entries

    assert entry.kind == kind


def test_given_commands_of_documents_expected_entries() -> None:
    files = {
        "README.md": "Run:\n\n```\npython tools/a.py --x 1\npython -m lab.b\n```\n",
        "tools/a.py": "x = 1\n",
        "lab/__init__.py": "",
        "lab/b.py": "x = 1\n",
        "lab/c.py": "x = 1\n",
    }
    found = [(entry.path, entry.origin) for entry in program(files).program.entries]

    assert found == [("lab/b.py", "command"), ("tools/a.py", "command")]


def test_given_a_notebook_expected_an_entry() -> None:
    (example,) = cards.parse(
        "# a (RNG001)\n\nB.\n\n## Examples\n\n### C\n\n"
        '```notebook title="study.ipynb"\n# %%\nimport numpy\n```\n'
    ).examples
    (entry,) = program(example.files).program.entries

    assert (entry.kind, entry.origin, entry.weight) == ("notebook", "notebook", 1.0)


def test_given_imports_expected_which_entries_reach_a_module() -> None:
    files = {
        "a.py": "import b" + GUARD,
        "b.py": "import c\n",
        "c.py": "import a\n",
        "d.py": "x = 1" + GUARD,
    }
    reaching = program(files).program.entries_reaching("c.py")

    assert [entry.path for entry in reaching] == ["a.py"]


@pytest.mark.parametrize(
    ("path", "draw", "confidence"),
    [
        ("benchmarks/dense.py", "np.random.normal(size=3)", "low"),
        ("tools/benchmark_speed.py", "np.random.randint(0, 9, 3)", "low"),
        ("visualize_graph.py", "np.random.rand(3)", "low"),
        ("tools/export_onnx.py", "np.random.rand(3)", "low"),
        ("benchmarks/dense.py", "np.random.permutation(3)", "medium"),
        ("visualize_results.py", "np.random.rand(3)", "medium"),
        ("studies/evaluate.py", "np.random.normal(size=3)", "medium"),
    ],
)
def test_given_numbers_to_measure_speed_with_expected_low_confidence(
    path: str, draw: str, confidence: str
) -> None:
    text = f"import numpy as np\n\nif __name__ == '__main__':\n    print(np.mean({draw}))\n"
    context = program({path: text})
    (rule,) = [rule() for rule in all_rules() if rule.code == "RNG001"]

    assert [found.confidence.name.lower() for found in rule.check(context)] == [confidence]
