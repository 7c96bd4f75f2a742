"""Programs made up by a grammar are run, and no draw contradicts what the analysis says of them."""

from __future__ import annotations

import contextlib
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro_lint import config
from repro_lint.flow.verdicts import verdicts
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = """import contextlib
import functools
import random
import numpy as np
from oracle import choose

@contextlib.contextmanager
def kept():
    state = random.getstate()
    random.seed(1)
    try:
        yield
    finally:
        random.setstate(state)

@contextlib.contextmanager
def started():
    np.random.seed(2)
    yield

@contextlib.contextmanager
def quiet():
    yield

@contextlib.contextmanager
def either():
    if choose():
        yield
        return
    random.seed(5)
    try:
        yield
    finally:
        x = 1

class Entered:
    def __enter__(self):
        random.seed(3)
    def __exit__(self, *args):
        return False

def seeding(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        np.random.seed(4)
        return function(*args, **kwargs)
    return wrapper

def drawing(function):
    def wrapper(*args, **kwargs):
        found = function(*args, **kwargs)
        random.random()
        return found
    return wrapper
"""
CONTEXTS = ("kept()", "started()", "quiet()", "either()", "Entered()")
SIMPLE = ("random.seed(0)", "np.random.seed(0)", "x = random.random()", "x = np.random.rand()")
TESTS = ("choose()", "flag", "not flag", "flag is None", "flag and choose()")
GIVEN = ("", "True", "flag=False", "flag=None", "flag", "choose()")
FUNCTIONS = 4
HALF = 0.5


def indented(lines: Sequence[str]) -> list[str]:
    """A block one level deeper, never empty."""
    return ["    " + line for line in lines or ["pass"]]


class Writer(Random):
    """Writes programs; each may be written again from its seed."""

    def block(self, place: int, depth: int, *, looped: bool) -> list[str]:
        """The lines of a block of the function at a place, which may call those after it."""
        kinds = ["simple", "call"] if depth else ["simple"]
        kinds += ["if", "for", "while", "try", "with", "leave"] * (depth > 1)
        return [
            line
            for _ in range(self.randint(1, 3))
            for line in self.statement(self.choice(kinds), place, depth, looped=looped)
        ]

    def statement(self, kind: str, place: int, depth: int, *, looped: bool) -> list[str]:
        """One statement; blocks inside it are one step less deep."""

        def block(*, loop: bool = looped) -> list[str]:
            return indented(self.block(place, depth - 1, looped=loop))

        if kind == "call" and place < FUNCTIONS:
            return [f"f{self.randint(place + 1, FUNCTIONS)}({self.choice(GIVEN)})"]
        if kind == "if":
            return [f"if {self.choice(TESTS)}:", *block(), "else:", *block()]
        if kind == "for":
            source = self.choice(("range(2)", "range(0)", "choose() and [1, 2] or []"))
            return [f"for _ in {source}:", *block(loop=True), "else:", *block()]
        if kind == "while":
            test = self.choice(("choose()", "True"))
            end = ["    if not choose():", "        break"] if test == "True" else []
            return [f"while {test}:", *end, *block(loop=True)]
        if kind == "try":
            fails = self.choice(([], ["    if choose():", "        raise ValueError"]))
            final = ["finally:", *block(loop=False)] if self.random() < HALF else []
            return ["try:", *block(), *fails, *block(), "except ValueError:", *block(), *final]
        if kind == "with":
            return [f"with {self.choice(CONTEXTS)}:", *block()]
        if kind == "leave":
            leaves = ["return", "raise ValueError"] + ["break", "continue"] * looped
            return ["if choose():", "    " + self.choice(leaves)]
        return [self.choice(SIMPLE)]

    def program(self) -> str:
        """A script with a few functions; each may call those after it."""
        lines: list[str] = []
        for place in range(FUNCTIONS, -1, -1):
            decorators = self.choice(([], [], [], ["@seeding"], ["@drawing"]))
            default = self.choice(("None", "True", "False"))
            body = indented(self.block(place, 3 if place < FUNCTIONS else 1, looped=False))
            lines += [*decorators, f"def f{place}(flag={default}):", *body]
        return "\n".join([HEAD, *lines, 'if __name__ == "__main__":', "    f0()", ""])

    def answers(self) -> list[bool]:
        """What `choose` answers in one run, from the last on; False when these are used up."""
        return [self.random() < HALF for _ in range(self.randint(0, 24))]


class Stream:
    """A stream that only remembers whether it is seeded, and which draws came before."""

    def __init__(self) -> None:
        """Start unseeded."""
        self.seeded = False
        self.draws: list[bool] = []

    def seed(self, value: int) -> None:
        """Seed."""
        self.seeded = value is not None

    def draw(self) -> float:
        """Draw."""
        self.draws.append(self.seeded)
        return 0.5

    def getstate(self) -> bool:
        """The state."""
        return self.seeded

    def setstate(self, state: bool) -> None:  # noqa: FBT001  as `random.setstate`
        """Put a state back."""
        self.seeded = state


def run(text: str, answers: Sequence[bool]) -> dict[str, list[bool]]:
    """Run a program; for each stream whether it was seeded at each draw."""
    left = list(answers)
    python, numpy = Stream(), Stream()
    modules = {
        "random": SimpleNamespace(
            seed=python.seed,
            random=python.draw,
            getstate=python.getstate,
            setstate=python.setstate,
        ),
        "numpy": SimpleNamespace(random=SimpleNamespace(seed=numpy.seed, rand=numpy.draw)),
        "oracle": SimpleNamespace(choose=lambda: left.pop() if left else False),
    }

    def fake_import(name: str, *arguments: object) -> object:
        return modules[name] if name in modules else __import__(name, *arguments)  # type: ignore[arg-type]

    builtins = {**vars(__import__("builtins")), "__import__": fake_import}
    space = {"__name__": "__main__", "__builtins__": builtins}
    with contextlib.suppress(ValueError):
        exec(compile(text, "train.py", "exec"), space)  # noqa: S102  the program is ours
    return {"python": python.draws, "numpy": numpy.draws}


def words(text: str) -> dict[str, str]:
    """The verdict for each stream."""
    context = Context(Repository.from_mapping({"train.py": text}), config.DEFAULT)
    return {row.stream: row.word for row in verdicts(context.seed_flow)}


@settings(max_examples=150)
@given(st.integers(0, 2**32))
@example(5449)
def test_given_a_program_expected_no_unseeded_draw_where_it_is_proved_seeded(seed: int) -> None:
    writer = Writer(seed)
    text = writer.program()
    found = words(text)

    for _ in range(8):
        answers = writer.answers()
        for stream, draws in run(text, answers).items():
            if draws:
                assert stream in found, f"{stream} is drawn from\n{text}"
            if found.get(stream) == "proved":
                assert all(draws), f"{stream} is not seeded with {answers}\n{text}"


STRAIGHT = st.lists(
    st.sampled_from((*SIMPLE, "with kept():\n    random.random()", "with started():\n    pass")),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40)
@given(STRAIGHT)
def test_given_a_straight_program_expected_exactly_what_happens(lines: list[str]) -> None:
    body = indented("\n".join(lines).split("\n"))
    text = "\n".join([HEAD, 'if __name__ == "__main__":', *body, ""])
    found = words(text)

    for stream, draws in run(text, ()).items():
        wanted = "" if not draws else "proved" if all(draws) else "exposed"
        assert found.get(stream, "") == wanted
