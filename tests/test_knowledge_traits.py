"""What the facts say of the flow of values and of control: order, clocks, exits, runners."""

from __future__ import annotations

import pytest

from repro_lint.flow.draws import differs
from repro_lint.flow.hashes import holds_elements
from repro_lint.flow.sinks import frees, goes_by_order_as_named, passes
from repro_lint.knowledge import knowledge


@pytest.mark.parametrize(
    ("name", "role", "kind"),
    [
        ("time.time", "clock", ""),
        ("builtins.int", "converts", ""),
        ("sys.exit", "exit", ""),
        ("fire.core.Fire", "runner", ""),
        ("tensorflow.app.run", "runner", ""),
        ("builtins.enumerate", "passes", "numbers"),
        ("builtins.next", "passes", "first"),
        ("builtins.tuple", "passes", "collection"),
        ("tqdm.auto.tqdm", "passes", ""),
        ("numpy.array", "passes", ""),
        ("numpy.array", "ordered", ""),
        ("pandas.core.frame.DataFrame", "ordered", ""),
        ("sklearn.cross_validation.train_test_split", "ordered", ""),
        ("tensorflow.compat.v1.data.TFRecordDataset", "ordered", ""),
        ("builtins.sorted", "unordered", "collection"),
        ("builtins.len", "unordered", "number"),
    ],
)
def test_given_a_callable_expected_what_it_makes_of_order_and_control(
    name: str, role: str, kind: str
) -> None:
    fact = knowledge().trait(name, role)
    assert fact is not None
    assert (fact.role, fact.kind) == (role, kind)


def test_given_a_name_without_a_trait_expected_none() -> None:
    facts = knowledge()
    assert facts.trait("builtins.sorted", "passes") is None
    assert facts.trait("repository.sorted", "unordered") is None
    assert facts.trait("", "clock") is None


def test_given_a_runner_expected_which_argument_it_calls() -> None:
    agent = knowledge().trait("wandb.agent", "runner")
    assert agent is not None
    assert (agent.parameter, agent.position) == ("function", 1)


def test_given_a_trait_expected_that_the_name_does_nothing_to_streams() -> None:
    assert knowledge().lookup("numpy.array") == ()
    assert [row.role for row in knowledge().lookup("numpy.random.shuffle")] == ["draw"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("time.time", True),
        ("os.urandom", True),
        ("posix.urandom", True),
        ("secrets.randbits", True),
        ("uuid.uuid4", True),
        ("uuid.uuid5", False),
        ("random.random", False),
        ("time.sleep", False),
        ("", False),
    ],
)
def test_given_a_callee_expected_whether_it_differs_in_each_process(
    name: str, *, expected: bool
) -> None:
    assert differs(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("builtins.tuple", True), ("builtins.sorted", True), ("builtins.len", False), ("os.x", False)],
)
def test_given_a_callee_expected_whether_it_holds_its_elements(
    name: str, *, expected: bool
) -> None:
    assert holds_elements(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lab.ConcatDataset", True),
        (".from_tensor_slices", True),
        ("pandas.concat", True),
        ("datasets.append", False),
        ("lab.concat", False),
        ("", False),
    ],
)
def test_given_a_callee_as_written_expected_whether_its_name_tells_of_order(
    name: str, *, expected: bool
) -> None:
    assert goes_by_order_as_named(name) is expected


def test_given_sorting_expected_that_it_frees_and_does_not_pass() -> None:
    assert frees("builtins.sorted")
    assert frees("natsort.natsorted")
    assert not frees("builtins.list")
    assert passes("builtins.list") == "collection"
    assert passes("builtins.map") == ""
    assert passes("builtins.sorted") is None


def test_given_a_bare_name_expected_the_switches_of_all_releases() -> None:
    switches = knowledge().switches()
    assert {fact.parameter for fact in switches["Trainer"]} == {"benchmark", "deterministic"}
    assert [fact.name for fact in switches["set_deterministic"]] == ["torch.set_deterministic"]
    assert "set_seed" not in switches
