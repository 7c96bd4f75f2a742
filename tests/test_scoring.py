"""The score keeps its promises: fixing never lowers it, and nothing but fixing raises it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.findings import Confidence, Severity
from repro_lint.knowledge import build
from repro_lint.rules import ALL
from repro_lint.scoring import Evidence, Hazard, Practice, Run, Score, load, score
from repro_lint.scoring.model import Model, Rung
from repro_lint.scoring.standing import Reading, Standing

MODEL = load()
LADDERS = {ladder.name: ladder for pillar in MODEL.pillars for ladder in pillar.ladders}
MEASURED = sorted(name for name, ladder in LADDERS.items() if ladder.rungs)
CODES = ("RNG001", "SKL001", "ORD001", "DET001", "STR006", "DAT004", "XYZ001")

hazards = st.builds(
    Hazard,
    rule=st.sampled_from(CODES),
    severity=st.sampled_from(sorted(Severity)),
    confidence=st.sampled_from(sorted(Confidence)),
    group=st.sampled_from(("one", "two", "three")),
    title=st.just("mend it"),
    suppressed=st.booleans(),
)
runs = st.builds(
    Run,
    name=st.sampled_from(("a.py", "b.py", "c.py")),
    kind=st.sampled_from(sorted(MODEL.kinds)),
    hazards=st.lists(hazards, max_size=6).map(tuple),
)


@st.composite
def stands(draw: st.DrawFn) -> tuple[Practice, ...]:
    """Where a repository stands, for some of the ladders."""
    names = draw(st.lists(st.sampled_from(MEASURED), unique=True))
    return tuple(
        Practice(name, tuple(draw(st.lists(st.sampled_from(rungs_of(name)), max_size=3))))
        for name in names
    )


evidences = st.builds(
    Evidence,
    runs=st.lists(runs, max_size=4).map(tuple),
    unreached=st.lists(hazards, max_size=3).map(tuple),
    practices=stands(),
)


def rungs_of(ladder: str) -> list[str]:
    return [rung.name for rung in LADDERS[ladder].rungs]


def value(evidence: Evidence) -> int:
    return score(evidence, MODEL).value


def exact(evidence: Evidence) -> float:
    return Standing(evidence, MODEL, Reading()).points()[0]


def with_hazards(evidence: Evidence, *, suppressed: bool) -> Evidence:
    """The same evidence with all hazards silenced, or none."""

    def change(hazards_of: tuple[Hazard, ...]) -> tuple[Hazard, ...]:
        return tuple(hazard._replace(suppressed=suppressed) for hazard in hazards_of)

    changed = tuple(run._replace(hazards=change(run.hazards)) for run in evidence.runs)
    return evidence._replace(runs=changed, unreached=change(evidence.unreached))


@given(evidences)
def test_score_is_within_its_range_and_its_range_within_a_hundred(evidence: Evidence) -> None:
    found = score(evidence, MODEL)

    assert 0 <= found.low <= found.value <= found.high <= 100


@given(evidences, st.data())
def test_removing_a_finding_never_lowers(evidence: Evidence, data: st.DataObject) -> None:
    places = [(run, place) for run in evidence.runs for place in range(len(run.hazards))]
    if not places:
        return
    run, place = data.draw(st.sampled_from(places))
    fewer = run._replace(hazards=run.hazards[:place] + run.hazards[place + 1 :])
    fixed = evidence._replace(runs=tuple(fewer if r is run else r for r in evidence.runs))

    assert value(fixed) >= value(evidence)


@given(evidences)
def test_removing_what_no_run_reaches_never_lowers(evidence: Evidence) -> None:
    assert value(evidence._replace(unreached=evidence.unreached[1:])) >= value(evidence)


@given(evidences, st.data())
def test_climbing_a_ladder_never_lowers(evidence: Evidence, data: st.DataObject) -> None:
    climbing = [practice for practice in evidence.practices if practice.rungs]
    if not climbing:
        return
    practice = data.draw(st.sampled_from(climbing))
    names = rungs_of(practice.ladder)
    higher = data.draw(st.sampled_from(names[names.index(practice.rungs[0]) :]))
    raised = practice._replace(rungs=(higher, *practice.rungs[1:]))
    others = tuple(raised if p is practice else p for p in evidence.practices)

    assert value(evidence._replace(practices=others)) >= value(evidence)


@pytest.mark.parametrize("ladder", MEASURED)
def test_deleting_what_a_ladder_judges_gains_nothing(ladder: str) -> None:
    worst, *others = rungs_of(ladder)
    run = Run("train.py", "training")

    for rung in others:
        present = Evidence((run,), (), (Practice(ladder, (rung,)),))
        absent = Evidence((run,), (), (Practice(ladder, (worst,)),))
        assert exact(absent) < exact(present)


@given(evidences)
def test_doubling_every_run_changes_nothing(evidence: Evidence) -> None:
    doubled = evidence._replace(runs=evidence.runs * 2)

    assert exact(doubled) == pytest.approx(exact(evidence), abs=1e-9)
    assert value(doubled) == value(evidence)


@given(evidences, st.lists(hazards.map(lambda h: h._replace(rule="XYZ001")), max_size=3))
def test_rules_that_the_model_does_not_list_change_nothing(
    evidence: Evidence, unknown: list[Hazard]
) -> None:
    more = evidence._replace(unreached=(*evidence.unreached, *unknown))

    assert exact(more) == exact(evidence)


@given(evidences)
def test_reasons_for_silence_gain_at_most_three_points(evidence: Evidence) -> None:
    loud = value(with_hazards(evidence, suppressed=False))
    some = value(evidence)
    silent = value(with_hazards(evidence, suppressed=True))

    assert loud <= some <= loud + 3
    assert loud <= silent <= loud + 3


@given(evidences)
def test_order_of_evidence_does_not_matter(evidence: Evidence) -> None:
    backwards = Evidence(
        tuple(run._replace(hazards=run.hazards[::-1]) for run in evidence.runs[::-1]),
        evidence.unreached[::-1],
        evidence.practices[::-1],
    )

    assert score(backwards, MODEL) == score(evidence, MODEL)


@given(evidences)
def test_next_fixes_gain_what_they_say(evidence: Evidence) -> None:
    found = score(evidence, MODEL)

    assert len(found.next) <= 3
    assert all(fix.gain >= 0 for fix in found.next)
    assert found.value + sum(fix.gain for fix in found.next) <= 100


@given(evidences)
def test_level_granted_is_never_above_the_one_not_ruled_out(evidence: Evidence) -> None:
    found = score(evidence, MODEL)

    assert found.level <= found.level_at_most
    assert found.next_level is None or found.next_level.level > found.level


def hazard(rule: str, severity: str, confidence: str = "high", group: str = "") -> Hazard:
    level = Severity[severity.upper()], Confidence[confidence.upper()]
    return Hazard(rule, *level, group or rule, f"mend {group or rule}")


def health(*found: Hazard) -> float:
    run = Run("train.py", "training", found)
    standing = Standing(Evidence((run,)), MODEL, Reading())
    return standing.health(MODEL.pillars[0]) or 0.0


def test_health_saturates_and_guesses_need_company() -> None:
    sure, guess = hazard("RNG001", "critical"), hazard("RNG001", "critical", "low")

    assert [round(health(*[sure] * n), 3) for n in (1, 2, 3, 10)] == [0.145, 0.102, 0.1, 0.1]
    assert [round(health(*[guess] * n), 3) for n in (1, 3, 10)] == [0.775, 0.48, 0.151]


def test_tutorial_is_scored_as_by_hand() -> None:
    run = Run("train.py", "training", (hazard("RNG001", "critical"),))
    practices = [Practice("policy", ("none",)), Practice("deps", ("declared",))]
    practices += [Practice(name, ("none",)) for name in ("python", "container")]
    found = score(Evidence((run,) * 6, (), tuple(practices)), MODEL)
    pillars = {pillar.code: pillar.value for pillar in found.pillars}

    assert pillars["DET"] == pytest.approx(0.116)
    assert pillars["ENV"] == pytest.approx(1.5 / 9)


FULL: dict[str, float] = {
    "policy": 1, "deps": 1, "python": 1, "container": 1, "obtain": 1, "version": 1, "integrity": 1,
    "commands": 1, "single": 1, "config": 1, "tests": 1, "ci": 1, "expected": 1, "repeat": 1,
    "tracking": 1, "checkpoints": 1, "cards": 1, "licence": 1,
}  # fmt: skip
NANO = FULL | {
    "policy": 0.5, "deps": 0.15, "python": 0, "container": 0, "version": 0.3, "integrity": 0,
    "single": 0.5, "config": 0.8, "tests": 0, "ci": 0, "expected": 0.5, "repeat": 0,
    "checkpoints": 0.4, "cards": 0,
}  # fmt: skip
CIFAR = FULL | {
    "policy": 0, "deps": 0, "python": 0.3, "container": 0, "version": 0.5, "integrity": 0.5,
    "commands": 0.7, "single": 0.7, "config": 0.2, "tests": 0, "ci": 0, "repeat": 0,
    "tracking": 0, "checkpoints": 0.4, "cards": 0,
}  # fmt: skip
CLEANRL = FULL | {
    "policy": 0.8, "python": 0.7, "container": 0.5, "version": 0.7, "integrity": 0.5,
    "single": 0.8, "repeat": 0, "checkpoints": 0.3, "cards": 0.5,
}  # fmt: skip
TUTORIAL = FULL | {
    "policy": 0, "deps": 0.3, "python": 0, "container": 0, "version": 0.5, "integrity": 0.5,
    "commands": 0.6, "single": 0.6, "config": 0, "tests": 0, "ci": 0, "expected": 0, "repeat": 0,
    "tracking": 0, "checkpoints": 0.4, "cards": 0,
}  # fmt: skip
SEED = hazard("RNG001", "critical")
REVISION = hazard("DAT004", "medium")
EXAMPLES: dict[str, tuple[dict[str, float], list[tuple[str, list[Hazard]]]]] = {
    "ideal": (FULL, [("training", []), ("evaluation", [])]),
    "nanoGPT": (
        NANO,
        [
            ("training", [hazard("DET002", "low")]),
            ("evaluation", [REVISION]),
            ("data", []),
            ("data", [REVISION]),
        ],
    ),
    "pytorch-cifar": (CIFAR, [("training", [SEED] * 6 + [hazard("DET001", "medium")])]),
    "cleanrl": (
        CLEANRL,
        [("training", [])] * 32
        + [("training", [hazard("RNG001", "critical", "medium", "at import")])]
        + [("smoke", [SEED])] * 12
        + [("evaluation", [hazard("RNG001", "critical", "medium", "enjoy")])],
    ),
    "tutorial": (TUTORIAL, [("training", [SEED])] * 6),
}


def complete(model: Model) -> Model:
    """The model as if every part of it were measured, its ladders with any rung."""
    rungs = tuple(Rung(str(share / 100), share / 100, "climb") for share in range(101))
    return model._replace(
        pillars=tuple(
            pillar._replace(
                measured=True,
                ladders=tuple(lad._replace(measured=True, rungs=rungs) for lad in pillar.ladders),
            )
            for pillar in model.pillars
        ),
        levels=(),
    )


@pytest.mark.parametrize(
    ("name", "wanted", "low", "high", "pillars"),
    [
        ("ideal", 100, 100, 100, (100, 100, 100, 100, 100, 100)),
        ("cleanrl", 86, 85, 86, (92, 82, 88, 96, 75, 62)),
        ("nanoGPT", 55, 55, 55, (87, 8, 68, 86, 12, 56)),
        ("tutorial", 32, 32, 32, (12, 17, 84, 67, 0, 36)),
        ("pytorch-cifar", 31, 31, 31, (6, 7, 84, 74, 25, 36)),
    ],
)
def test_worked_examples_of_the_design(
    name: str, wanted: int, low: int, high: int, pillars: tuple[int, ...]
) -> None:
    ladders, described = EXAMPLES[name]
    practices = tuple(Practice(key, (str(float(rung)),)) for key, rung in ladders.items())
    runs_of = tuple(Run(f"{n}.py", kind, tuple(found)) for n, (kind, found) in enumerate(described))
    found = score(Evidence(runs_of, (), practices), complete(MODEL))

    assert (found.value, found.low, found.high) == (wanted, low, high)
    assert tuple(round(100 * (pillar.value or 0)) for pillar in found.pillars) == pillars


GOOD = tuple(Practice(name, (rungs_of(name)[-1],)) for name in MEASURED)


def scored(*found: Hazard, **rungs: str) -> Score:
    """The score of one training run, all practices at their best but those named."""
    practices = [p._replace(rungs=(rungs[p.ladder],)) if p.ladder in rungs else p for p in GOOD]
    return score(Evidence((Run("train.py", "training", found),), (), tuple(practices)), MODEL)


def test_nothing_left_to_do_is_a_hundred() -> None:
    found = scored()

    assert (found.value, found.grade, found.next, found.caps) == (100, "A", (), ())


def test_only_a_repeated_run_is_not_measured_and_its_level_is_not_granted() -> None:
    found = scored()

    assert all(pillar.value == 1.0 and not pillar.note for pillar in found.pillars)
    assert (found.model, found.level, found.level_at_most) == ("rl-score/1", "L3", "L4")
    assert found.next_level is not None
    assert found.next_level.missing == ()
    assert found.next_level.not_measured == ("a run was repeated and gave the same",)


@pytest.mark.parametrize(
    ("ladder", "rung", "level"),
    [
        ("obtain", "prose", "L0"),
        ("deps", "exact", "L1"),
        ("version", "named", "L1"),
        ("expected", "numbers", "L2"),
        ("checkpoints", "resumable", "L2"),
        ("single", "tasks", "L2"),
    ],
)
def test_each_level_needs_all_of_its_conditions(ladder: str, rung: str, level: str) -> None:
    assert scored(**{ladder: rung}).level == level


def test_a_stale_lock_is_not_repeatable() -> None:
    assert scored(hazard("DEP004", "high")).level == "L1"


def test_inputs_that_nobody_can_obtain_cap() -> None:
    found = scored(obtain="missing")

    assert (found.value, [cap.limit for cap in found.caps]) == (74, [74])


def test_an_unseeded_stream_of_training_caps_and_is_next() -> None:
    found = scored(hazard("RNG001", "low", group="numpy"))

    assert [(cap.title, cap.limit, cap.binding) for cap in found.caps] == [
        ("a training run draws from an unseeded stream", 84, True)
    ]
    assert (found.value, found.level_at_most) == (84, "L1")
    assert found.next[0] == (16, "mend numpy", ("RNG001",), False)


def test_no_dependency_file_caps_and_the_lock_is_next() -> None:
    found = scored(deps="none")

    assert (found.value, found.level_at_most) == (59, "L0")
    assert found.next[0].title == "lock all dependencies, those of dependencies too"
    assert found.next[1].title == "lock the dependencies with hashes"


def test_no_entry_caps() -> None:
    found = score(Evidence((), (), GOOD), MODEL)

    assert [cap.limit for cap in found.caps] == [59]
    assert found.value == 59


def test_an_entry_that_does_not_parse_caps() -> None:
    assert scored(hazard("STR006", "high")).caps[0].limit == 69


def test_a_silenced_group_is_counted_and_not_proposed() -> None:
    found = scored(hazard("ORD001", "high")._replace(suppressed=True))

    assert found.suppressed == 1
    assert found.next == ()


def test_one_notebook_of_two_raises_half_a_ladder() -> None:
    practices = (Practice("notebooks", ("in order", "errors")),)
    found = score(Evidence((Run("a.ipynb", "notebook"),), (), practices), MODEL)
    part = next(p for pillar in found.pillars for p in pillar.parts if p.name == "notebooks")

    assert (part.value, part.rung) == (0.35, "errors")


def test_every_rule_has_its_place_in_the_score() -> None:
    listed = {code for pillar in MODEL.pillars for code in pillar.rules}
    listed |= {code for ladder in LADDERS.values() for code in ladder.rules}

    assert {rule.code for rule in ALL if not rule.preview} <= listed


def test_rungs_rise_from_nothing_to_one() -> None:
    for name in MEASURED:
        values = [rung.value for rung in LADDERS[name].rungs]
        assert values == sorted(set(values))
        assert (values[0], values[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("name", sorted(build.table_texts()))
def test_given_a_table_expected_its_compiled_file_says_the_same(name: str) -> None:
    compiled = (build.COMPILED / f"{name}.json").read_text(encoding="utf-8")
    hint = "run `python tools/refresh_knowledge.py --write`"
    assert compiled == build.table_texts()[name], hint
