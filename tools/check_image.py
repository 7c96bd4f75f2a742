"""Build the image of a fresh project without a Docker engine, train in it and outside, compare.

    python tools/check_image.py --framework sklearn

Needs buildah, crun and mmdebstrap (Debian packages), root, make, and the Python that Debian 12
has, 3.11, for the run outside. The base image is made from Debian's packages, so the registry of
images is not asked; every other line of the Dockerfile is built as it stands. Ends with 0 where
the weights of both runs have the same digest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BASE = "localhost/python-of-debian"
IMAGE = "localhost/fresh-project"
PACKAGES = "python3,python3-venv,python-is-python3,ca-certificates"
BUILDAH = ("buildah", "--storage-driver", "vfs")
# What this machine's pip is told must hold in the image's build too.
MACHINE = ("/etc/pip.conf", "/etc/ssl/certs", "/usr/local/share/ca-certificates")
TRAIN = "python -m {name} prepare && python -m {name} train --replace"
REPORT = "runs/default/manifest.json"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command, tell how long it took, and hand back what it printed."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    shown = " ".join(map(str, command[:6]))
    print(f"{time.monotonic() - start:6.1f} s  {shown}", flush=True)
    if done.returncode:
        sys.exit(done.stdout[-6000:])
    return done.stdout


def buildah(*arguments: str | Path, cwd: Path | None = None) -> str:
    """Run buildah with a storage that needs no kernel module."""
    return run(*BUILDAH, *arguments, cwd=cwd)


def make_base(folder: Path) -> None:
    """An image that holds Debian and its Python; one that an earlier run made is taken again."""
    known = subprocess.run([*BUILDAH, "inspect", BASE], capture_output=True, check=False)
    if known.returncode == 0:
        return
    archive = folder / "base.tar"
    run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", archive)
    name = buildah("from", "scratch").split()[-1]
    buildah("add", name, archive, "/")
    buildah("commit", "--rm", name, BASE)
    archive.unlink()


def volumes(more: list[str]) -> list[str]:
    """The folders of this machine that pip needs, as arguments."""
    have = [f"{path}:{path}:ro" for path in MACHINE if Path(path).exists()]
    return [part for volume in [*have, *more] for part in ("--volume", volume)]


def pip_arguments() -> list[str]:
    """The variables of this machine's pip, as arguments of a build."""
    names = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT")
    return [f"--build-arg={name}={os.environ[name]}" for name in names if name in os.environ]


def build(project: Path, more: list[str]) -> None:
    """The image, as the project's Dockerfile says, on the base made here."""
    base = f"--build-arg=PYTHON_IMAGE={BASE}"
    arguments = (*pip_arguments(), *volumes(more), "--tag", IMAGE, ".")
    buildah("bud", "--isolation", "chroot", base, *arguments, cwd=project)


def train_inside(name: str) -> dict[str, Any]:
    """What the manifest of a run in the image says."""
    container = buildah("from", IMAGE).split()[-1]
    inside = ("run", "--isolation", "chroot", container, "--")
    buildah(*inside, "sh", "-c", TRAIN.format(name=name))
    who = buildah(*inside, "id", "-u").split()[-1]
    if who != "1000":
        sys.exit(f"the image runs as user {who}")
    text = buildah(*inside, "cat", REPORT)
    buildah("rm", container)
    loaded: dict[str, Any] = json.loads(text[text.index("{") :])
    return loaded


def train_outside(project: Path) -> dict[str, Any]:
    """What the manifest of a run on this machine says."""
    run("make", "train", f"PYTHON={sys.executable}", cwd=project)
    loaded: dict[str, Any] = json.loads((project / REPORT).read_text(encoding="utf-8"))
    return loaded


def main() -> int:
    """Make a project, train it in its image and outside, and compare the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--framework", default="sklearn", help="what trains the model (sklearn)")
    parser.add_argument(
        "--volume", action="append", default=[], help="folder that pip needs in the build, A:B:ro"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "fresh-project"
        answers = ("--data", f"framework={arguments.framework}", "--defaults")
        run(sys.executable, "-m", "repro_lint", "new", project, *answers)
        make_base(Path(folder))
        build(project, arguments.volume)
        inside, outside = train_inside("fresh_project"), train_outside(project)
    print(f"inside:  {inside['weights']}\noutside: {outside['weights']}")
    equal = inside["weights"] == outside["weights"]
    print("equal" if equal else "not equal")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
