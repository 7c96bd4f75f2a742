"""What the callee of a call is, across files, classes and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repro_lint import config
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

LAB = {
    "lab/__init__.py": (
        "from .seeds import fix as fixed, Base\nfrom . import seeds as s\nimport numpy as np\n"
    ),
    "lab/seeds.py": (
        "import torch as t\n"
        "def fix():\n    pass\n"
        "class Base:\n    def start(self):\n        pass\n    def __call__(self):\n        pass\n"
        "class Net(t.nn.Module):\n    def forward(self, x):\n        pass\n"
    ),
    "lab/sub/__init__.py": "",
    "lab/sub/deep.py": "from .. import seeds\nfrom ..seeds import fix\ndef go():\n    pass\n",
    "stars.py": "from lab.seeds import *\nimport random\n_hidden = 1\n",
    "other.py": "def fix():\n    pass\n",
    "loop_a.py": "from loop_b import name\n",
    "loop_b.py": "from loop_a import name\n",
}
CASES = [
    ("import numpy as np\nnp.random.rand()", "numpy.random.rand"),
    ("from numpy import random as r\nr.rand()", "numpy.random.rand"),
    ("from numpy.random import rand\nrand()", "numpy.random.rand"),
    ("import numpy.random\nnumpy.random.rand()", "numpy.random.rand"),
    ("print()", "builtins.print"),
    ("from lab.seeds import Net\nn = Net()\nn.train()", "torch.nn.Module.train"),
    ("import random\nrandom.Random().shuffle()", "random.Random.shuffle"),
    ("def go(): pass\ngo()", "main.py:go"),
    ("import other\nother.fix()", "other.py:fix"),
    ("import other as o\no.fix()", "other.py:fix"),
    ("from other import fix as f\nf()", "other.py:fix"),
    ("import lab\nlab.fixed()", "lab/seeds.py:fix"),
    ("import lab\nlab.s.fix()", "lab/seeds.py:fix"),
    ("import lab\nlab.seeds.fix()", "lab/seeds.py:fix"),
    ("import lab\nlab.np.random.rand()", "numpy.random.rand"),
    ("import lab.seeds\nlab.seeds.fix()", "lab/seeds.py:fix"),
    ("import lab.sub.deep\nlab.sub.deep.go()", "lab/sub/deep.py:go"),
    ("from lab.sub.deep import seeds\nseeds.fix()", "lab/seeds.py:fix"),
    ("from lab.sub.deep import fix\nfix()", "lab/seeds.py:fix"),
    ("from lab.sub import deep\ndeep.go()", "lab/sub/deep.py:go"),
    ("from lab.seeds import *\nfix()", "lab/seeds.py:fix"),
    ("from stars import *\nfix()", "lab/seeds.py:fix"),
    ("from stars import *\nrandom.random()", "random.random"),
    ("import stars\nstars.fix()", "lab/seeds.py:fix"),
    ("from lab import *\nnp.random.rand()", "numpy.random.rand"),
    ("def go():\n    from other import fix\n    fix()", "other.py:fix"),
    ("from lab.seeds import *\ndef fix(): pass\nfix()", "main.py:fix"),
    ("from other import fix\ndef go():\n    def fix(): pass\n    fix()", "main.py:go.fix"),
    ("from lab import Base\nBase()", "lab/seeds.py:Base"),
    ("from lab import Base\nBase().start()", "lab/seeds.py:Base.start"),
    ("from lab import Base\nBase.start(1)", "lab/seeds.py:Base.start"),
    ("from lab import Base\nb = Base()\nb.start()", "lab/seeds.py:Base.start"),
    ("from lab import Base\nb = Base()\nb()", "lab/seeds.py:Base.__call__"),
    ("from lab.seeds import Net\nn = Net()\nn(1)", "lab/seeds.py:Net.forward"),
    ("from lab import Base\nb = Base()\ndef go():\n    b.start()", "lab/seeds.py:Base.start"),
    ("from lab import Base\ndef go(b: Base):\n    b.start()", "lab/seeds.py:Base.start"),
    ("from lab import Base\ndef go(b: Base | None):\n    b.start()", "lab/seeds.py:Base.start"),
    (
        "import lab\nfrom typing import Optional\ndef go(b: Optional[lab.Base]):\n    b.start()",
        "lab/seeds.py:Base.start",
    ),
    ("from lab import Base\nb: Base = make()\nb.start()", "lab/seeds.py:Base.start"),
    ("import lab\nclass A(lab.Base): pass\nA().start()", "lab/seeds.py:Base.start"),
    (
        "import lab\nclass A(lab.Base):\n    def go(self):\n        self.start()",
        "lab/seeds.py:Base.start",
    ),
    (
        (
            "import lab\nclass A(lab.Base):\n    def start(self): pass\n    def go(self):\n"
            "        self.start()"
        ),
        "main.py:A.start",
    ),
    (
        (
            "import lab\nclass A:\n    def __init__(self):\n        self.b = lab.Base()\n"
            "    def go(self):\n        self.b.start()"
        ),
        "lab/seeds.py:Base.start",
    ),
    ("class A:\n    @classmethod\n    def go(cls): pass\nA.go()", "main.py:A.go"),
    (
        (
            "class A:\n    def go(self):\n        def inner():\n            self.stop()\n"
            "    def stop(self): pass"
        ),
        "main.py:A.stop",
    ),
    (
        "import pandas as pd\nd = pd.read_csv('x')\nd = d.dropna()\nd.sample()",
        "pandas.DataFrame.sample",
    ),
]
UNKNOWN = [
    "x()",
    "def go(x):\n    x()",
    "def go(x):\n    x.start()",
    "fix = 1\nfix()",
    "from stars import *\n_hidden()",
    "from loop_a import name\nname()",
    "from lab.seeds import missing\nmissing()",
    "from lab import Base\nb = Base()\nb = make()\nb.start()",
    "from lab import Base\nb = Base()\ndef go(b):\n    b.start()",
    "from lab import Base\nb = Base()\nb.start.more()",
    "from lab.seeds import *\ndef go(fix):\n    fix()",
    "class A:\n    def go(self):\n        self.other()",
    "class A:\n    def go(self):\n        self.b.start()",
    "class A:\n    def fix(self): pass\nfix()",
    "from lab.seeds import Net\nn = Net()\nn.learn_all()",
    "TABLE['x']()",
    "getattr(lab, 'fix')()",
    "(lambda: 1)()",
]


def last_callee(text: str) -> str:
    """The callee of the last call that stands in a module beside the files of LAB."""
    files: Mapping[str, str] = {**LAB, "main.py": text + "\n"}
    program = Context(Repository.from_mapping(dict(files)), config.DEFAULT).program
    calls = program.modules["main.py"].calls
    last = max(range(len(calls)), key=lambda place: calls[place].span[2:])
    target = program.callee("main.py", last)
    if target is None:
        return ""
    return target.dotted or f"{target.path}:{program.function(target).name}"


@pytest.mark.parametrize(("text", "callee"), CASES, ids=[text for text, _ in CASES])
def test_given_a_call_expected_its_callee(text: str, callee: str) -> None:
    assert last_callee(text) == callee


@pytest.mark.parametrize("text", UNKNOWN)
def test_given_a_call_that_cannot_be_followed_expected_no_callee(text: str) -> None:
    assert last_callee(text) == ""
