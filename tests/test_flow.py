"""Micro programs: for each entry, the streams that a run surely draws from unseeded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from repro_lint import cards, config
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.cards import Example

    Files = Mapping[str, str]

HEAD = "import random\nimport numpy as np\nimport torch\n"
MAIN = '\nif __name__ == "__main__":\n    main()\n'
SEEDING = HEAD + (
    "def set_seed(seed=0):\n"
    "    random.seed(seed)\n"
    "    np.random.seed(seed)\n"
    "    torch.manual_seed(seed)\n"
)
DRAWS = "x = random.random()\ny = np.random.rand()\nz = torch.rand(1)\n"
ALL = {"python", "numpy", "torch"}


def program(files: Files) -> Context:
    """Everything that is known of a repository of these files."""
    return Context(Repository.from_mapping(dict(files)), config.DEFAULT)


def exposed(files: Files) -> dict[str, set[str]]:
    """The streams that each entry draws from unseeded."""
    found: dict[str, set[str]] = {}
    for verdict in program(files).seed_flow.verdicts:
        found.setdefault(verdict.entry.path, set()).add(verdict.stream)
    return found


def script(body: str) -> Files:
    """A repository of one script, whose main function has this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return {"train.py": HEAD + "def main():\n" + lines + MAIN}


ONE_FUNCTION = [
    ("nothing is drawn", "x = 1", set()),
    ("three draws, no seed", DRAWS, ALL),
    ("one stream is seeded", "np.random.seed(0)\n" + DRAWS, {"python", "torch"}),
    ("seeded after the draw", "z = torch.rand(1)\ntorch.manual_seed(0)", {"torch"}),
    ("seeded after the model", "m = torch.nn.Linear(2, 2)\ntorch.manual_seed(0)", {"torch"}),
    ("drawn in an argument of the seed", "torch.manual_seed(torch.randint(9, (1,)))", {"torch"}),
    ("one stream seeds another", "random.seed(0)\nnp.random.seed(random.randint(0, 9))\ny = np.random.rand()", set()),
    ("seeded on one way only", "if flag:\n    torch.manual_seed(0)\nz = torch.rand(1)", set()),
    ("seeded on both ways", "if flag:\n    torch.manual_seed(0)\nelse:\n    torch.manual_seed(1)\nz = torch.rand(1)", set()),
    ("drawn on one way only", "if flag:\n    z = torch.rand(1)", {"torch"}),
    ("the other way leaves", "if flag:\n    return\nelse:\n    torch.manual_seed(0)\nz = torch.rand(1)", set()),
    ("a way that is never taken", "if False:\n    z = torch.rand(1)", set()),
    ("drawn after an early return of some runs", "if flag:\n    return\nz = torch.rand(1)", {"torch"}),
    ("drawn after a return", "return\nz = torch.rand(1)", set()),
    ("drawn after a raise", "raise ValueError\nz = torch.rand(1)", set()),
    ("drawn after the end of the run", "import sys\nsys.exit(0)\nz = torch.rand(1)", set()),
    ("seeded in a loop that may not run", "for s in seeds:\n    torch.manual_seed(s)\nz = torch.rand(1)", set()),
    ("a loop over seeds", "for s in [1, 2]:\n    torch.manual_seed(s)\n    z = torch.rand(1)", set()),
    ("a loop that surely runs seeds", "for s in range(3):\n    torch.manual_seed(s)\nz = torch.rand(1)", set()),
    ("drawn in a loop", "for s in seeds:\n    z = torch.rand(1)", {"torch"}),
    ("drawn first, seeded later in the round", "while True:\n    z = torch.rand(1)\n    torch.manual_seed(0)", {"torch"}),
    ("drawn in a comprehension", "z = [torch.rand(1) for _ in range(3)]", {"torch"}),
    ("drawn in a lambda that nobody calls", "draw = lambda: torch.rand(1)", set()),
    ("seeded in try, drawn after", "try:\n    torch.manual_seed(0)\nexcept ValueError:\n    pass\nz = torch.rand(1)", set()),
    ("seeded in finally", "try:\n    load()\nfinally:\n    torch.manual_seed(0)\nz = torch.rand(1)", set()),
    ("drawn in a handler", "try:\n    load()\nexcept ValueError:\n    z = torch.rand(1)", {"torch"}),
    ("drawn under a with statement", "with open('x') as f:\n    z = torch.rand(1)", {"torch"}),
    ("seeded under a with statement", "with torch.random.fork_rng():\n    torch.manual_seed(0)\n    z = torch.rand(1)", set()),
    ("seeded by a given value", "torch.manual_seed(int(args.seed))\nz = torch.rand(1)", set()),
    ("an optional seed", "if args.seed is not None:\n    torch.manual_seed(args.seed)\nz = torch.rand(1)", set()),
    ("seeded from the clock: another rule tells", "import time\ntorch.manual_seed(int(time.time()))\nz = torch.rand(1)", set()),
    ("the state is restored", "torch.set_rng_state(saved)\nz = torch.rand(1)", set()),
    ("an unknown function of a telling name", "from lab import seed_all\nseed_all(0)\n" + DRAWS, set()),
    ("an unknown function of another name", "from lab import prepare\nprepare(0)\n" + DRAWS, ALL),
    ("a name that only tells of reading a seed", "from lab import get_seed\nget_seed()\n" + DRAWS, ALL),
    ("a private generator", "g = np.random.default_rng(0)\ny = g.random()\nx = random.Random(0).random()", set()),
    ("a generator is passed", "z = torch.rand(1, generator=torch.Generator())", set()),
    ("an imported function draws", "from random import shuffle\nshuffle([1, 2])", {"python"}),
    ("an alias of a draw", "from numpy.random import rand as noise\ny = noise(2)", {"numpy"}),
    ("a local function shadows an import", "def random(): return 1\nx = random()", set()),
    ("drawn through getattr", "y = getattr(np.random, 'rand')()", set()),
    ("drawn by a registered function", "y = TABLE['noise']()", set()),
]


@pytest.mark.parametrize(
    ("body", "streams"), [case[1:] for case in ONE_FUNCTION], ids=[case[0] for case in ONE_FUNCTION]
)
def test_given_one_function_expected_the_streams_drawn_unseeded(
    body: str, streams: set[str]
) -> None:
    assert exposed(script(body)) == ({"train.py": streams} if streams else {})


FOLDER = Path(__file__).parent / "flow"
EXAMPLES = [
    pytest.param(example, id=f"{path.stem}: {example.title}")
    for path in sorted(FOLDER.glob("*.md"))
    for example in cards.parse(path.read_text("utf-8")).examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_given_an_example_expected_its_draws_unseeded(example: Example) -> None:
    """A marker stands on each draw that is surely unseeded: its stream and the entry."""
    wanted = sorted(
        (want.path, want.cell, want.cell_line or want.line, want.text) for want in example.expected
    )

    assert unseeded(program(example.files)) == wanted


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
