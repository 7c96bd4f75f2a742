"""What a run came from: code, data, environment, machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

{% if cookiecutter.framework == 'pytorch' %}
import torch

{% endif %}
from .determinism import determinism_report
from .manifest import file_digest

LOCK = Path("requirements.lock")


def git(*arguments: str) -> str:
    """What git prints, or an empty text where there is no git or no repository."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def source() -> tuple[dict[str, Any], str]:
    """The commit and its state, and the text of what differs from it."""
    difference = git("diff", "HEAD", "--binary")
    facts = {
        "commit": git("rev-parse", "HEAD").strip(),
        "branch": git("rev-parse", "--abbrev-ref", "HEAD").strip(),
        "dirty": bool(difference),
        "diff_sha256": hashlib.sha256(difference.encode()).hexdigest() if difference else "",
        "untracked": git("ls-files", "--others", "--exclude-standard").splitlines(),
    }
    return facts, difference


def environment() -> dict[str, Any]:
    """Interpreter, packages and settings that decide the numbers."""
    packages = {item.metadata["Name"]: item.version for item in distributions()}
    return {
        "python": platform.python_version(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
        "determinism": [list(row) for row in determinism_report()],
        "lock_sha256": file_digest(LOCK) if LOCK.exists() else "",
    }


def hardware() -> dict[str, Any]:
    """The machine, without its name."""
    facts: dict[str, Any] = {
        "system": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
{% if cookiecutter.framework == 'pytorch' %}
    devices = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    facts["gpus"] = [torch.cuda.get_device_name(device) for device in devices]
    facts["cuda"] = torch.version.cuda or ""
{% endif %}
    return facts


def collect(data: dict[str, str], streams: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """All facts about the origin of a run, and the text of uncommitted changes."""
    code, difference = source()
    facts = {
        "source": code,
        "data": data,
        "environment": environment(),
        "hardware": hardware(),
        "streams": list(streams),
        "arguments": sys.argv[1:],
    }
    return facts, difference
