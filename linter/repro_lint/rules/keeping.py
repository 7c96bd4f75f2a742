"""Where a repository stands on what it keeps: data, settings, expected results, records, cards."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.options import Options
from repro_lint.patterns import pattern
from repro_lint.rules.documents import (
    has_card_file,
    has_citation,
    has_licence,
    has_model_card,
    is_of_paper,
    tracked_weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context

    Found = Mapping[str, Sequence[Finding]]
    Measure = Callable[[Context, Found], Iterator[str]]

_RUNS = frozenset({"training", "evaluation", "data", "notebook"})
_LARGEST = 200_000
_SHIPPED = pattern(
    r"datasets\s*(?:\.|import[^\n]*\b)(?:load_(?!dataset)|make_)\w+|make_(?:classification|blobs|regression)\("
)
_FETCHES = pattern(
    r"urlretrieve|requests\.get\(|urlopen\(|wget\.download|gdown\.|hf_hub_download|snapshot_download|"
    r"load_dataset\(|from_pretrained\(|hub\.load|fetch_\w+\(|tfds\.load|download=True|get_file\(|"
    r"pooch\.|download_url|kagglehub|\.download_file\(|keras\.datasets|torchvision\.datasets"
)
_RAW = pattern(r"urlretrieve|requests\.get\(|urlopen\(|wget\.download|gdown\.")
_FETCHING = frozenset({"wget", "curl", "gdown", "kaggle", "gsutil", "aria2c", "rsync", "dvc"})
_READS = pattern(
    r"read_(?:csv|parquet|json|excel|table|pickle|feather)\(|np\.load|loadtxt|imread|Image\.open|"
    r"ImageFolder|h5py\.File|listdir|glob\(|memmap|load_from_disk|image_dataset_from_directory"
)
_CHECKS = pattern(r"sha256|sha1|md5|hashlib|checksum|known_hash|blake2|crc32", re.IGNORECASE)
_DATA_FILE = pattern(r"\.(?:csv|tsv|parquet|npz|npy|jsonl|h5|hdf5|arrow|feather|xlsx|txt|json)$")
_DATA_FOLDER = pattern(r"(?:^|/)(?:data|dataset|datasets|input|inputs)/")
_DATA_WORD = pattern(r"\bdata(?:set)?s?\b|\bcorpus\b|\bcorpora\b", re.IGNORECASE)
_SETTINGS = pattern(
    r"(?:^|/)(?:conf|config|configs|configuration|params|hparams|settings)/[^/]+\.(?:ya?ml|json|toml|gin|py)$|"
    r"(?:^|/)(?:config|params|hparams|settings|default)[\w-]*\.(?:ya?ml|json|toml|gin)$"
)
_RESULTS = pattern(
    r"\bresults?\b|benchmark|performance|accurac|leaderboard|scores?\b", re.IGNORECASE
)
_TOLERANCE = pattern(
    r"tolerance|\brtol\b|\batol\b|approx\(|allclose|assert_close|±|\+/-", re.IGNORECASE
)
_EXPECTED = pattern(r"(?:^|/)(?:expected|golden|reference|baseline)\w*[/.]|(?:^|/)metrics\.json$")
_TRACKERS = pattern(
    r"^(?:mlflow|wandb|comet_ml|neptune|clearml|dvclive|sacred|aim|guild|trackio|swanlab)$"
)
_LOGS = pattern(r"SummaryWriter|TensorBoard|CSVLogger|tensorboardX|\blogging\.|report_to|log_dir")
_COMMIT = pattern(r"rev-parse|hexsha|git_(?:sha|commit|hash|revision)|commit_hash|GIT_COMMIT")
_SAVES = pattern(r"torch\.save\(|save_checkpoint\(|ModelCheckpoint|save_state\(|CheckpointManager")
_RESUMES = pattern(r"resume|restore|load_checkpoint|load_state\(|init_from", re.IGNORECASE)


def _runs(context: Context, *kinds: str) -> bool:
    wanted = kinds or tuple(_RUNS)
    return any(entry.kind in wanted for entry in context.program.entries)


def _speaks(context: Context, wanted: re.Pattern[str]) -> bool:
    """Tell whether the code, tests among it, holds some words."""
    return any(wanted.search(context.repository.code(path)) for path in context.modules)


def _worst(found: Found, *codes: str) -> Severity:
    """The worst of what rules found and are at least fairly sure of."""
    severities = (
        finding.severity
        for code in codes
        for finding in found.get(code, ())
        if finding.confidence >= Confidence.MEDIUM
    )
    return max(severities, default=Severity.INFO)


def _fetches(context: Context) -> bool:
    commands = (command.words[0] for command in context.manifests.commands)
    return _speaks(context, _FETCHES) or any(word in _FETCHING for word in commands)


def _obtain(context: Context, found: Found) -> Iterator[str]:
    """How a reader gets the data that runs read; nothing where none is read."""
    if not (_runs(context) and context.program.computes):
        return
    if _worst(found, "DAT001") >= Severity.HIGH:
        yield "missing"
    elif _is_versioned(context) or _speaks(context, _SHIPPED):
        yield "versioned"
    elif _fetches(context):
        yield "checked" if _speaks(context, _CHECKS) else "script"
    elif _speaks(context, _READS):
        yield _told(context)


def _is_versioned(context: Context) -> bool:
    """Tell whether the data lie in the repository, or DVC or Git LFS say which they are."""
    paths = context.repository.paths
    if any(path.endswith((".dvc", "dvc.lock")) for path in paths):
        return True
    if "filter=lfs" in (context.repository.text(".gitattributes") or ""):
        return True
    return any(_DATA_FOLDER.search(path) and _DATA_FILE.search(path) for path in paths)


def _told(context: Context) -> str:
    """How far the documents lead to the data."""
    documents = context.manifests.documents
    if any(_DATA_WORD.search(f"{link.text} {link.target}") for d in documents for link in d.links):
        return "url"
    return "prose" if any(_DATA_WORD.search(d.text) for d in documents) else "missing"


def _version(context: Context, found: Found) -> Iterator[str]:
    """Whether what is fetched is named by a version; nothing where nothing is fetched."""
    if _runs(context) and _fetches(context):
        worst = _worst(found, "DAT003", "DAT004", "DAT005", "DAT006", "DAT007")
        yield _three(worst, "floating", "named", "pinned")


def _integrity(context: Context, found: Found) -> Iterator[str]:
    """Whether what is fetched is compared with a checksum; nothing where nothing is fetched."""
    if not (_runs(context) and _fetches(context)):
        return
    if _speaks(context, _RAW) and not _speaks(context, _CHECKS):
        yield "unchecked"
    else:
        yield _three(_worst(found, "DAT002", "DAT008"), "unchecked", "partly", "checked")


def _three(worst: Severity, bad: str, middling: str, good: str) -> str:
    if worst >= Severity.HIGH:
        return bad
    return middling if worst >= Severity.MEDIUM else good


def _config(context: Context, found: Found) -> Iterator[str]:  # noqa: ARG001  one shape for all
    """Where the settings of training stand; nothing where nothing trains."""
    if not _runs(context, "training"):
        return
    if any(_SETTINGS.search(path) for path in context.repository.paths):
        yield "files"
    else:
        options = Options(context.program)
        yield "options" if options.declared or options.fields else "literals"


def _expected(context: Context, found: Found) -> Iterator[str]:  # noqa: ARG001  one shape for all
    """Whether a reader can tell that a run came out right; nothing where nothing trains."""
    if not _runs(context, "training"):
        return
    texts = [context.repository.text(path) or "" for path in context.manifests.test_files]
    texts += [document.text for document in context.manifests.documents]
    files = [path for path in context.repository.paths if _EXPECTED.search(path)]
    kept = [
        context.repository.text(path) or ""
        for path in files
        if path.endswith((".json", ".toml", ".yaml", ".yml"))
    ]
    told = [h for d in context.manifests.documents for h in d.headings if _RESULTS.search(h.text)]
    if not told and not files:
        yield "none"
    else:
        bounded = any(_TOLERANCE.search(text[:_LARGEST]) for text in (*kept, *texts))
        yield "tolerance" if bounded else "numbers"


def _tracking(context: Context, found: Found) -> Iterator[str]:
    """What a training run writes down of itself; nothing where nothing trains."""
    if not _runs(context, "training"):
        return
    heads = {i.module.partition(".")[0] for m in context.modules.values() for i in m.imports}
    tracked = any(_TRACKERS.match(head) for head in heads)
    if (tracked or _speaks(context, _COMMIT)) and _worst(found, "TRK002") < Severity.MEDIUM:
        yield "recorded"
    elif tracked:
        yield "tracked"
    else:
        yield "metrics" if _speaks(context, _LOGS) else "none"


def _checkpoints(context: Context, found: Found) -> Iterator[str]:
    """What checkpoints hold; nothing where none is saved to go on from."""
    saves = _runs(context, "training") and _speaks(context, _SAVES)
    if not saves or not _speaks(context, _RESUMES):
        return
    if _worst(found, "CKP002", "CKP003") >= Severity.HIGH:
        yield "weights"
    elif _worst(found, "CKP001", "CKP002", "CKP003") >= Severity.MEDIUM:
        yield "resumable"
    else:
        yield "complete"


def _cards(context: Context, found: Found) -> Iterator[str]:  # noqa: ARG001  one shape for all
    """How weights that are published, or that training saves, are described."""
    saves = _runs(context, "training") and _speaks(context, _SAVES)
    if not saves and not tracked_weights(context) and not _speaks(context, _PUBLISHES):
        return
    if has_card_file(context):
        yield "card"
    else:
        yield "described" if has_model_card(context) else "none"


_PUBLISHES = pattern(r"push_to_hub\(|upload_folder\(|create_model_card|ModelCard\(")


def _licence(context: Context, found: Found) -> Iterator[str]:  # noqa: ARG001  one shape for all
    """Whether others may use the work, and know how to cite it where it belongs to a paper."""
    if not (context.repository.python_paths or context.repository.notebook_paths):
        return
    if not has_licence(context):
        yield "none"
    else:
        yield "licence" if is_of_paper(context) and not has_citation(context) else "citable"


LADDERS: tuple[tuple[str, Measure], ...] = (
    ("obtain", _obtain),
    ("version", _version),
    ("integrity", _integrity),
    ("config", _config),
    ("expected", _expected),
    ("tracking", _tracking),
    ("checkpoints", _checkpoints),
    ("cards", _cards),
    ("licence", _licence),
)
