"""Where small repositories stand on what they keep: data, settings, results, records, cards."""

from __future__ import annotations

import pytest

from repro_lint.config import DEFAULT, Config
from repro_lint.findings import Confidence, Finding, Location, Severity
from repro_lint.repository.files import Repository
from repro_lint.rules import ALL
from repro_lint.rules.base import Context
from repro_lint.rules.practices import practices

TRAIN = (
    "import torch\n\nmodel = torch.nn.Linear(2, 1)\nmodel(x).sum().backward()\nprint(1)\nprint(2)\n"
)
SAVES = TRAIN + "torch.save({'optimizer': 1}, 'x')\nresume = torch.load('x')\n"


def rungs(ladder: str, files: dict[str, str], *found: Finding) -> tuple[str, ...]:
    """Where a repository of these files stands on one ladder, with what rules found in it."""
    context = Context(Repository.from_mapping(files), Config())
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule, []).append(finding)
    return next(p.rungs for p in practices(context, by_rule) if p.ladder == ladder)


def finding(rule: str, severity: Severity = Severity.HIGH) -> Finding:
    return Finding(Location("train.py", 1), rule, "found", severity, Confidence.HIGH)


@pytest.mark.parametrize(
    ("code", "others", "rung"),
    [
        ("import pandas as pd\npd.read_csv('x.csv')\n", {}, ("missing",)),
        (
            "import pandas as pd\npd.read_csv('x.csv')\n",
            {"README.md": "Ask for the data."},
            ("prose",),
        ),
        (
            "import pandas as pd\npd.read_csv('x.csv')\n",
            {"README.md": "The [data](https://example.org/data.zip)."},
            ("url",),
        ),
        ("import requests\nrequests.get('https://example.org/x')\n", {}, ("script",)),
        ("import hashlib\nimport requests\nrequests.get(u)\nhashlib.sha256()\n", {}, ("checked",)),
        ("import pandas as pd\npd.read_csv('data/x.csv')\n", {"data/x.csv": "a\n"}, ("versioned",)),
        ("from sklearn.datasets import load_digits\n", {}, ("versioned",)),
        ("print(3)\n", {}, ()),
    ],
)
def test_data_can_be_obtained(code: str, others: dict[str, str], rung: tuple[str, ...]) -> None:
    assert rungs("obtain", {"train.py": TRAIN + code, **others}) == rung


def test_nothing_that_runs_needs_no_data() -> None:
    assert rungs("obtain", {"lib/core.py": "def f():\n    return 1\n"}) == ()


def test_what_is_fetched_has_a_version_and_a_checksum() -> None:
    files = {"train.py": TRAIN + "from_pretrained('a/b', revision='0' * 40)\n"}

    assert rungs("version", files) == ("pinned",)
    assert rungs("version", files, finding("DAT005", Severity.MEDIUM)) == ("named",)
    assert rungs("version", files, finding("DAT004")) == ("floating",)
    assert rungs("integrity", files) == ("checked",)
    assert rungs("integrity", files, finding("DAT002")) == ("unchecked",)
    assert rungs("version", {"train.py": TRAIN}) == ()


def test_settings_stand_in_files_options_or_nowhere() -> None:
    options = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr')\n"

    assert rungs("config", {"train.py": TRAIN}) == ("literals",)
    assert rungs("config", {"train.py": TRAIN + options}) == ("options",)
    assert rungs("config", {"train.py": TRAIN, "configs/base.yaml": "lr: 1\n"}) == ("files",)


def test_expected_results_have_a_tolerance() -> None:
    readme = "# Paper\n\n## Results\n\n91.2\n"

    assert rungs("expected", {"train.py": TRAIN}) == ("none",)
    assert rungs("expected", {"train.py": TRAIN, "README.md": readme}) == ("numbers",)
    bounded = {"train.py": TRAIN, "README.md": readme.replace("91.2", "91.2 ± 0.3")}
    assert rungs("expected", bounded) == ("tolerance",)


def test_a_run_records_what_it_ran_on() -> None:
    logged = TRAIN + "from torch.utils.tensorboard import SummaryWriter\n"

    assert rungs("tracking", {"train.py": TRAIN}) == ("none",)
    assert rungs("tracking", {"train.py": logged}) == ("metrics",)
    assert rungs("tracking", {"train.py": "import wandb\n" + TRAIN}) == ("recorded",)
    found = finding("TRK002", Severity.MEDIUM)
    assert rungs("tracking", {"train.py": "import wandb\n" + TRAIN}, found) == ("tracked",)


def test_checkpoints_to_go_on_from_hold_all() -> None:
    assert rungs("checkpoints", {"train.py": TRAIN}) == ()
    assert rungs("checkpoints", {"train.py": SAVES}) == ("complete",)
    found = finding("CKP001", Severity.MEDIUM)
    assert rungs("checkpoints", {"train.py": SAVES}, found) == ("resumable",)
    assert rungs("checkpoints", {"train.py": SAVES}, finding("CKP002")) == ("weights",)


def test_cards_and_licence() -> None:
    weights = {"train.py": TRAIN, "model.safetensors": "x"}

    assert rungs("cards", {"train.py": TRAIN}) == ()
    assert rungs("cards", weights) == ("none",)
    assert rungs("cards", {**weights, "README.md": "# The weights\n"}) == ("described",)
    assert rungs("cards", {**weights, "MODEL_CARD.md": "It is small."}) == ("card",)
    assert rungs("licence", {"train.py": TRAIN}) == ("none",)
    assert rungs("licence", {"train.py": TRAIN, "LICENSE": "MIT"}) == ("citable",)
    paper = {"train.py": TRAIN, "LICENSE": "MIT", "README.md": "Code for our paper."}
    assert rungs("licence", paper) == ("licence",)
    assert rungs("licence", {**paper, "CITATION.cff": "title: x\n"}) == ("citable",)


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("STR005", {"prepare.py": "print(1)\n", "train.py": TRAIN}),
        ("TST003", {"train.py": TRAIN, "tests/test_train.py": "def test():\n    assert 1\n"}),
        ("ENV004", {"load.py": "import os\nload_dotenv()\nos.environ['ROOT']\n"}),
    ],
)
def test_what_only_absence_tells_is_hidden_by_default(code: str, files: dict[str, str]) -> None:
    context = Context(Repository.from_mapping(files), DEFAULT)
    rule = next(rule for rule in ALL if rule.code == code)

    assert [found.confidence for found in rule().check(context)] == [Confidence.LOW]
    assert DEFAULT.min_confidence > Confidence.LOW


def test_a_program_without_numbers_reads_no_data() -> None:
    text = "import os\nimport jinja2\nos.listdir('x')\nprint(1)\nprint(2)\nprint(3)\n"

    assert rungs("obtain", {"go.py": text}) == ()
    assert rungs("obtain", {"go.py": f"import numpy\n{text}"}) == ("missing",)
