"""The index of a module: order, branches, names and places, told by either parser."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from repro_lint.syntax.index import (
    UNKNOWN,
    Assign,
    Bind,
    Branch,
    Compound,
    Comprehension,
    Define,
    Evaluate,
    Exit,
    Lambda,
    Literal,
    Loop,
    Mention,
    Name,
    Parameter,
    Result,
    Span,
    Try,
    With,
)
from syntax_samples import CORPUS, called, indexed, targets

if TYPE_CHECKING:
    from repro_lint.syntax.index import Function, ModuleIndex


FIRST_OF_X = Compound("Subscript", "", (Name("x"), Literal(0)), None)
WORDS = {Assign: "=", Define: "def", Mention: "mention", Bind: "import"}


def shape(text: str, function: int = 0) -> list[Any]:
    """The body of a function as nested lists: names of calls and kinds of blocks."""
    found = indexed(text)
    return [drawn(operation, found) for operation in found.functions[function].body]


def drawn(operation: Any, index: ModuleIndex) -> Any:
    """One operation as a word, or as a list that starts with one."""

    def blocks(*parts: tuple[Any, ...]) -> list[Any]:
        return [[drawn(inner, index) for inner in part] for part in parts]

    if isinstance(operation, Evaluate):
        return index.calls[operation.call].name
    if isinstance(operation, (Branch, Loop)):
        return [getattr(operation, "kind", "if"), *blocks(operation.body, operation.orelse)]
    if isinstance(operation, Try):
        final = blocks(operation.orelse, operation.final)
        return ["try", *blocks(operation.body), blocks(*operation.handlers), *final]
    if isinstance(operation, With):
        return ["with", *blocks(operation.body)]
    return operation.kind if isinstance(operation, Exit) else WORDS[type(operation)]


def function(text: str, name: str) -> Function:
    """The function of this qualified name."""
    return next(found for found in indexed(text).functions if found.name == name)


def assigned(text: str) -> Any:
    """What the first assignment of a module gives."""
    body = indexed(text).functions[0].body
    return next(operation.value for operation in body if isinstance(operation, Assign))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(g(1), x=h())", ["g", "h", "f"]),
        ("f()(g())", ["f", "g", ""]),
        ("a().b(c()).d(e())", ["a", "c", ".b", "e", ".d"]),
        ("x[f()] = g()", ["g", "f"]),
        ("x[f()] += g()", ["g", "f"]),
        ("f() + g() * h()", ["f", "g", "h"]),
        ("f() < g() < h()", ["f", "g", "h"]),
        ("{f(): g(), **h()}", ["f", "g", "h"]),
        ("x = f() if g() else h()", ["g", "f", "h"]),
        ("[f(x) for x in g() if h(x)]", ["g", "h", "f"]),
        ("{f(x): g(x) for y in h() for x in k(y)}", ["h", "k", "f", "g"]),
        ("f'{g()}{h():{k()}}'", ["g", "h", "k"]),
        ("print((n := f()), g(n))", ["f", "g", "print"]),
        ("@f(1)\n@g\ndef d(a=h(), *, b=k()): m()", ["f", "h", "k", "m"]),
        ("@f()\nclass C(g(), x=h()): k()", ["f", "g", "h", "k"]),
        ("with f(g()) as x, h(x): k()", ["g", "f", "h", "k"]),
        ("for x in f(): g()\nelse: h()", ["f", "g", "h"]),
        ("lambda x=f(): g()", ["f", "g"]),
        ("assert f(), g()", ["f"]),
        ("del x[f()]", ["f"]),
        ("async def d():\n  await f(await g())", ["g", "f"]),
        ("raise f() from g()", ["f"]),
    ],
)
def test_given_an_expression_expected_its_calls_in_order_of_evaluation(
    text: str, expected: list[str]
) -> None:
    assert called(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if f(): g()\nelif h(): k()\nelse: m()",
         ["f", ["if", ["g"], ["h", ["if", ["k"], ["m"]]]]]),
        ("f() and g() or h()", ["f", ["if", ["g"], []], ["if", ["h"], []]]),
        ("x and y", []),
        ("f() if g() else h()", ["g", ["if", ["f"], ["h"]]]),
        ("for x in f(): g()\nelse: h()", ["f", ["for", ["g"], ["h"]]]),
        ("while f():\n  if x: break\n  continue",
         ["f", ["while", [["if", ["break"], []], "continue"], []]]),
        ("try: f()\nexcept A: g()\nexcept (B, h()): k()\nelse: m()\nfinally: n()",
         [["try", ["f"], [["g"], ["h", "k"]], ["m"], ["n"]]]),
        ("with f() as x, g():\n  h()", ["f", ["with", ["g", ["with", ["h"]]]]]),
        ("with (f() as x, g()):\n  h()", ["f", ["with", ["g", ["with", ["h"]]]]]),
        ("match f():\n  case 1: g()\n  case [x] if h(x): k()\n  case _: m()",
         ["f", ["if", ["g"], ["h", ["if", ["k"], ["m"]]]]]),
        ("match f():\n  case x: g()", ["f", "g"]),
        ("[f(x) for x in g()]", ["g", ["comprehension", ["f"], []]]),
        ("[f(x) for y in g() for x in h(y)]",
         ["g", ["comprehension", ["h", ["comprehension", ["f"], []]], []]]),
        ("def d(): f()\nclass C: g()\nx = d", ["def", "def", "="]),
        ("x = f = g()\nx\nx.y\nx[0]", ["g", "=", "=", "mention", "mention"]),
        ("import a, b\nfrom c import d\nraise E", ["import", "import", "raise"]),
        ("global x\npass\n'text'\n...", []),
    ],
)  # fmt: skip
def test_given_statements_expected_their_branches_and_loops(text: str, expected: list[Any]) -> None:
    assert shape(text) == expected


def test_given_functions_expected_bodies_of_their_own() -> None:
    text = "def d():\n  f()\n  return g()\nclass C:\n  h()\n  def m(self): return\nx = lambda: k()"
    assert shape(text) == ["def", "def", "="]
    assert shape(text, 1) == ["f", "g", "return"]
    assert shape(text, 2) == ["h", "def"]
    assert shape(text, 3) == ["return"]
    assert shape(text, 4) == ["k", "return"]
    found = indexed(text)
    assert [f.name for f in found.functions] == ["", "d", "C", "C.m", "<lambda>"]
    assert [f.kind for f in found.functions] == [
        "module",
        "function",
        "class",
        "function",
        "lambda",
    ]
    assert [f.parent for f in found.functions] == [-1, 0, 0, 2, 0]
    assert [call.function for call in found.calls] == [1, 1, 2, 4]
    assert found.functions[0].body[1] == Define("class", 2, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import numpy as np\nnp.random.rand()", "numpy.random.rand"),
        ("import numpy.random\nnumpy.random.rand()", "numpy.random.rand"),
        ("import numpy.random as r\nr.rand()", "numpy.random.rand"),
        ("import keras.api.keras as keras\nkeras.layers.Dense()", "keras.api.keras.layers.Dense"),
        ("from numpy import random\nrandom.rand()", "numpy.random.rand"),
        ("from numpy.random import rand as r\nr()", "numpy.random.rand"),
        ("from . import seeds\nseeds.fix()", ".seeds.fix"),
        ("from ..a.b import fix\nfix()", "..a.b.fix"),
        ("from numpy import *\nrand()", ""),
        ("def f():\n  import random\n  random.seed()", "random.seed"),
        ("def f():\n  import random\nrandom.seed()", ""),
        ("import random\ndef f():\n  def g(): random.seed()", "random.seed"),
        ("import random\nf = lambda: random.seed()", "random.seed"),
        ("import random\ndef f(random): random.seed()", ""),
        ("import random\ndef f():\n  random = x\n  random.seed()", ""),
        ("import random\ndef f():\n  random.seed()\n  random = x", ""),
        ("import random\ndef f(*random): random.seed()", ""),
        ("import random\ndef f():\n  for random in x: random.seed()", ""),
        ("import random\ndef f():\n  with x as random: random.seed()", ""),
        ("import random\ndef f():\n  try: pass\n  except E as random: random.seed()", ""),
        ("import random\ndef f():\n  match x:\n    case [*random]: random.seed()", ""),
        ("import random\ndef f():\n  global random\n  random = x\n  random.seed()", "random.seed"),
        ("import random\nclass C:\n  random = 1\n  def m(self): random.seed()", "random.seed"),
        ("class C:\n  import random\n  def m(self): random.seed()", ""),
        ("class C:\n  import random\n  random.seed()", "random.seed"),
        ("try: import a as x\nexcept ImportError: import b as x\nx.f()", "a.f"),
        ("try: import a as x\nexcept ImportError: x = None\nx.f()", "a.f"),
        ("import a as x\nimport b as x\nx.f()", "b.f"),
        ("sorted(x)", "builtins.sorted"),
        ("def sorted(x): pass\nsorted(x)", ""),
        ("from a import sorted\nsorted(x)", "a.sorted"),
        ("def f(sorted): sorted(x)", ""),
        ("unknown()", ""),
        ("self.rng.normal()", ""),
        ("a[0].normal()", ""),
    ],
)  # fmt: skip
def test_given_a_callee_expected_what_its_name_means(text: str, expected: str) -> None:
    assert targets(text)[-1] == expected


def test_given_statements_that_bind_expected_the_names_sorted() -> None:
    text = (
        "z, (y, *x) = w\nv: int = 1\nu += 1\nfor t in s: pass\nwith r as (q, p): pass\n"
        "try: pass\nexcept E as o: pass\ndef n(): pass\nclass m: pass\n(l := 1)\n"
        "match k:\n  case {'a': j, **i} | C(x=[h as g, *f]): pass\n[e for e in d]\nc.b = a[0] = 1\n"
        "import q1 as q2\n"
    )
    expected = "e f g h i j l m n o p q t u v x y z"
    assert list(indexed(text).functions[0].bound) == expected.split()


def test_given_a_main_guard_expected_its_span() -> None:
    text = 'import a\nif __name__ == "__main__":\n    a.f()\n    a.g()\n'
    assert indexed(text).main_guard == Span(2, 1, 4, 10)
    assert indexed("def f():\n    " + text.splitlines()[1] + " pass\n").main_guard is None
    assert indexed("if __name__ == 'other': pass\n").main_guard is None


def test_given_calls_that_stand_alone_expected_them_as_discarded() -> None:
    text = "f()\nx = g()\nh() or k()\nawait_ = m(n())\nl()\n"
    found = indexed(text)
    assert {found.calls[place].name for place in found.discarded} == {"f", "l"}
    awaited = indexed("async def d():\n    await f()\n")
    assert awaited.discarded == {0}


def test_given_names_that_stand_alone_expected_mentions() -> None:
    body = indexed("x\na.b.c\n1\n'text'\n").functions[0].body
    assert body == (
        Mention(Name("x"), Span(1, 1, 1, 2)),
        Mention(Name("a.b.c"), Span(2, 1, 2, 6)),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("-1.5", Literal(-1.5)),
        ("b'a' b'b'", Literal(b"ab")),
        ("...", Literal(...)),
        ("a.b", Name("a.b")),
        ("f()", Result(0)),
        ("(1, x)", Compound("Tuple", "", (Literal(1), Name("x")), None)),
        ("not x", Compound("UnaryOp", "Not", (Name("x"),), None)),
        ("x % 2", Compound("BinOp", "Mod", (Name("x"), Literal(2)), None)),
        ("x is None", Compound("Compare", "Is", (Name("x"), Literal(None)), None)),
        ("{**x}", Compound("Dict", "", (UNKNOWN, Name("x")), None)),
        ("{1}", Compound("Set", "", (Literal(1),), Span(1, 5, 1, 8))),
        ("f'{{a{x}' 'b'",
         Compound("JoinedStr", "", (Literal("{a"), Name("x"), Literal("b")), None)),
        ("x[0].y",
         Compound("Attribute", "y", (FIRST_OF_X,), None)),
        ("[*x]", Compound("List", "", (Compound("Starred", "", (Name("x"),), None),), None)),
        ("[y for y in x]",
         Comprehension("list", (Name("x"),), (Name("y"),), Name("y"), Span(1, 5, 1, 19))),
        ("lambda: 1", Lambda(1)),
        ("await_", Name("await_")),
    ],
)  # fmt: skip
def test_given_a_value_expected_its_record(written: str, expected: Any) -> None:
    assert assigned(f"z = {written}\n") == expected


def test_given_a_call_expected_its_arguments_and_receiver() -> None:
    call = indexed("a[0].f(1, *b, c=d, **e)\n").calls[0]
    assert call.name == ".f"
    assert call.receiver == Compound("Subscript", "", (Name("a"), Literal(0)), None)
    assert call.arguments == (Literal(1), Compound("Starred", "", (Name("b"),), None))
    assert call.keywords == (("c", Name("d")), ("**", Name("e")))
    assert call.argument(0, "x") == Literal(1)
    assert call.argument(1, "x") is None
    assert call.keyword("c") == Name("d")


def test_given_parameters_expected_kinds_defaults_and_annotations() -> None:
    text = "def f(a, /, b: np.Generator = 1, *c, d: 'int | None' = x, e: list[int], **g): pass\n"
    assert function(text, "f").parameters == (
        Parameter("a", "positional", None, ""),
        Parameter("b", "positional", Literal(1), "np.Generator"),
        Parameter("*c", "*args", None, ""),
        Parameter("d", "keyword", Name("x"), "int | None"),
        Parameter("e", "keyword", None, "list[int]"),
        Parameter("**g", "**kwargs", None, ""),
    )


def test_given_a_class_expected_decorators_bases_and_keywords() -> None:
    found = function("@dataclass\nclass C(B, d.E, metaclass=M): pass\n", "C")
    assert found.decorators == (Name("dataclass"),)
    assert found.bases == (Name("B"), Name("d.E"))
    assert found.keywords == (("metaclass", Name("M")),)
    assert found.span == Span(2, 1, 2, 35)


def test_given_a_yield_expected_a_generator() -> None:
    assert function("def f():\n  x = yield 1\n", "f").is_generator
    assert function("def f():\n  yield from g()\n", "f").is_generator
    assert not function("def f():\n  def g(): yield\n", "f").is_generator


def test_given_imports_expected_their_records() -> None:
    text = (
        "try:\n  import a.b\nexcept E:\n  from .c import d as e, f\ndef g():\n  from h import *\n"
    )
    assert [tuple(entry) for entry in indexed(text).imports] == [
        ("a.b", "", "a", 0, 2, True),
        (".c", "d", "e", 0, 4, True),
        (".c", "f", "f", 0, 4, True),
        ("h", "*", "*", 1, 6, False),
    ]


def test_given_letters_beyond_ascii_expected_columns_in_characters() -> None:
    text = 'é = f("ü😀", g(x)); h("日本")  # 注\n"é"; k()\n'
    spans = {call.name: call.span for call in indexed(text).calls}
    assert spans["g"] == Span(1, 13, 1, 17)
    assert spans["f"] == Span(1, 5, 1, 18)
    assert spans["h"] == Span(1, 20, 1, 27)
    assert spans["k"] == Span(2, 6, 2, 9)


def test_given_a_form_feed_expected_columns_that_count_it() -> None:
    text = "def a():\n    if b:\n\f        f()\n\f\fg()\nx = '''\n\f'''; h()\n"
    spans = {call.name: call.span for call in indexed(text).calls}
    assert spans == {
        "f": Span(3, 10, 3, 13),
        "g": Span(4, 3, 4, 6),
        "h": Span(6, 7, 6, 10),
    }


def test_given_calls_in_an_f_string_expected_the_place_of_the_f_string() -> None:
    found = indexed('x = (f"a {f(1)}"\n     f"b {g(2)}")\n')
    assert [call.span for call in found.calls] == [Span(1, 6, 2, 17)] * 2


def test_given_an_index_expected_the_same_after_pickling() -> None:
    for path in sorted(CORPUS.glob("since_310_*.txt")):
        found = indexed(path.read_text(encoding="utf-8"))
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  our own bytes


def test_given_other_hash_seeds_expected_the_same_index() -> None:
    program = (
        "import pathlib, sys; from repro_lint.syntax.from_ast import index_module;"
        "print(index_module('m', pathlib.Path(sys.argv[1]).read_text('utf-8')))"
    )
    path = CORPUS / "since_310_statements.txt"
    printed = set()
    for seed in ("0", "1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", program, str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        printed.add(done.stdout)
    assert len(printed) == 1
