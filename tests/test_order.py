"""Where values are used, and whether the order or the number in them can matter."""

from __future__ import annotations

import pytest

from repro_lint import config
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.order import Order
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context


def program(text: str) -> Context:
    """Everything that is known of one module."""
    return Context(Repository.from_mapping({"a.py": text}), config.DEFAULT)


def place_of(context: Context, name: str) -> int:
    """The place of the first call of a name."""
    calls = context.modules["a.py"].calls
    return next(place for place, call in enumerate(calls) if call.name == name)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("x = made()", ["assigned"]),
        ("made()", ["discarded"]),
        ("print(made())", ["argument"]),
        ("print(key=made())", ["argument"]),
        ("made().run()", ["receiver"]),
        ("a[made()] = 1", ["index"]),
        ("x = made()[0]", ["assigned"]),
        ("for x in made(): pass", ["iterated"]),
        ("if made(): pass", ["tested"]),
        ("while made(): pass", ["tested"]),
        ("with made() as x: pass", ["context"]),
        ("def f():\n    return made()", ["returned"]),
        ("def f():\n    yield made()", ["yielded"]),
        ("def f():\n    raise made()", ["raised"]),
        ("x = [y for y in made()]", ["assigned"]),
        ("x = {'a': made()}", ["assigned"]),
        ("x = (made(), 1) + (2,)", ["assigned"]),
    ],
)
def test_given_a_result_expected_how_it_is_used(text: str, kinds: list[str]) -> None:
    context = program(text)
    uses = context.facts.uses("a.py").of_result(place_of(context, "made"))

    assert [use.kind for use in uses] == kinds


def test_given_nested_values_expected_what_stands_between_nearest_first() -> None:
    context = program("print([made()[0]])")
    (use,) = context.facts.uses("a.py").of_result(place_of(context, "made"))

    assert [container.kind for container in use.containers] == ["Subscript", "List"]
    assert (use.detail, use.call) == ("0", place_of(context, "print"))


def test_given_a_variable_expected_its_uses_in_each_function() -> None:
    context = program("x = 1\nprint(x)\ndef f(x):\n    x.run()\n    return x")
    uses = context.facts.uses("a.py")

    assert [use.kind for use in uses.of_name(0, "x")] == ["argument"]
    assert sorted(use.kind for use in uses.of_name(1, "x")) == ["receiver", "returned"]
    assert len(list(uses.everywhere("x"))) == 3


ORDERED = [
    ("x = os.listdir()[:10]", "is sliced"),
    ("x = os.listdir()[n]", "is indexed by position"),
    ("x = os.listdir()[0]", "is indexed by position"),
    ("x = list(os.listdir())\ny = x[:9]", "is sliced"),
    ("x = [n for n in os.listdir() if n]\ny = x[:9]", "is sliced"),
    ("x = list(filter(None, map(str, os.listdir())))[1:]", "is sliced"),
    ("x = next(iter(os.listdir()))", "gives its first element"),
    ("x = {n: i for i, n in enumerate(os.listdir())}", "numbers its elements"),
    ("x = dict(enumerate(os.listdir()))", "numbers its elements"),
    ("x = {}\nfor n in os.listdir():\n    x[n] = len(x)", "numbers its elements"),
    ("x = os.listdir()\nrandom.shuffle(x)", "goes to `random.shuffle` in its order"),
    ("x = random.sample(os.listdir(), 3)", "goes to `random.sample` in its order"),
    ("x = []\nfor n in os.listdir():\n    x.append(n)\ny = x[:3]", "is sliced"),
    ("x = []\nx.extend(os.listdir())\ny = x[:3]", "is sliced"),
    ("x = np.array(os.listdir())", "goes to `np.array` in its order"),
    ("def train_files():\n    return os.listdir()", "is returned"),
    ("def f():\n    return os.listdir()\nx = f()[:3]", "is sliced"),
    ("def data():\n    for n in os.listdir():\n        yield n", "yields in its order"),
    ("x = {'a': os.listdir()}\ny = x['a'][:3]", "is sliced"),
]
UNORDERED = [
    "x = sorted(os.listdir())[:10]",
    "x = os.listdir()\nx.sort()\ny = x[:10]",
    "x = os.listdir()\nx = sorted(x)\ny = x[:10]",
    "x = sorted(n for n in os.listdir())[:10]",
    "x = len(os.listdir())",
    "x = 'a' in os.listdir()",
    "x = max(os.listdir())",
    "x = sum(1 for n in os.listdir())",
    "x = set(os.listdir())",
    "x = {n for n in os.listdir()}",
    "x = {n: 1 for n in os.listdir()}",
    "for n in os.listdir():\n    os.remove(n)",
    "for n in os.listdir():\n    x = []\n    x.append(n)",
    "x = os.listdir()[:]",
    "if os.listdir():\n    pass",
    "x = os.listdir()\nx = other()\ny = x[:10]",
    "print(f'{os.listdir()}')",
    "def f():\n    return os.listdir()\nx = sorted(f())",
    "for i, n in enumerate(os.listdir()):\n    print(i, n)",
    "x = os.listdir()\nif len(x) != 1:\n    raise ValueError\ny = x[0]",
    "unknown(os.listdir())",
]


@pytest.mark.parametrize(("text", "what"), ORDERED, ids=[text for text, _ in ORDERED])
def test_given_a_listing_whose_order_matters_expected_why(text: str, what: str) -> None:
    context = program("import os, random\nimport numpy as np\n" + text)
    sink = Order(context.facts, "a.py").of_call(place_of(context, "os.listdir"))

    assert sink is not None
    assert sink.what == what


@pytest.mark.parametrize("text", UNORDERED)
def test_given_a_listing_whose_order_does_not_matter_expected_nothing(text: str) -> None:
    context = program("import os, random\n" + text)

    assert Order(context.facts, "a.py").of_call(place_of(context, "os.listdir")) is None


COSMETIC = [
    "print(random.random())",
    "time.sleep(random.random())",
    "time.sleep(abs(random.random()))",
    "x = f'run-{random.random()}'",
    "port = random.random()",
    "master_port = int(random.random())",
    "os.environ['MASTER_PORT'] = str(random.random())",
    "self.run_id = random.random()",
    "start(port=random.random())",
    "x = random.random()\nprint(x)",
    "x = random.random()\ny = f'{x}'\ntime.sleep(x)",
    "def f():\n    x = random.random()\n    print(x)",
]
MATTERS = [
    "x = random.random()",
    "random.random()",
    "use(random.random())",
    "x = random.random()\nprint(x)\nuse(x)",
    "x = random.random()\nprint(x)\ndef f():\n    return use(x)",
    "def f():\n    x = random.random()\n    print(x)\n    return x",
    "x = random.random()\nprint(x)\nuse(x.real)",
    (
        "class A:\n    def f(self):\n        self.x = random.random()\n        print(self.x)\n"
        "    def g(self):\n        return use(self.x)"
    ),
    "def f():\n    return random.random()",
    "if random.random() < 1:\n    pass",
]


@pytest.mark.parametrize("text", COSMETIC)
def test_given_a_draw_for_show_expected_that_it_is_cosmetic(text: str) -> None:
    context = program("import os, random, time\n" + text)

    assert is_cosmetic(context.facts, "a.py", place_of(context, "random.random"))


@pytest.mark.parametrize("text", MATTERS)
def test_given_a_draw_that_is_used_expected_that_it_is_not_cosmetic(text: str) -> None:
    context = program("import os, random, time\n" + text)

    assert not is_cosmetic(context.facts, "a.py", place_of(context, "random.random"))
