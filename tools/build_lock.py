"""Refresh requirements/*.txt: what this project is built, tested and checked with.

    python tools/build_lock.py           resolve anew and write the files; needs uv
    python tools/build_lock.py --check   say whether the files still fit what they were made from

One resolution serves Python 3.10 to 3.13 on every platform; each file pins versions and hashes
and names no registry, so that it can be used with whatever registry or mirror is at hand.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
TORCH = "torch==2.13.0+cpu"
TORCH_WHERE = (
    'python_version == "3.11" and sys_platform == "linux" and platform_machine == "x86_64"'
)
STAMP = "# made from: "
HEADER = "# Written by tools/build_lock.py; do not edit.\n"


def dependencies() -> list[str]:
    """The run-time dependencies that pyproject.toml states."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    if block is None:
        sys.exit("pyproject.toml states no dependencies")
    return re.findall(r'^\s*"([^"]+)",', block.group(1), re.MULTILINE)


def inputs(name: str) -> str:
    """All that a lock file is resolved from, as text for uv."""
    files = {"run": ["run.in"], "dev": ["run.in", "dev.in"]}.get(name, [])
    texts = [(FOLDER / file).read_text(encoding="utf-8") for file in files]
    return "\n".join([*dependencies(), *texts]) if files else TORCH + "\n"


def digest(name: str) -> str:
    """What tells whether a lock file still fits its inputs."""
    return hashlib.sha256(inputs(name).encode()).hexdigest()[:16]


def resolve(wanted: str, oldest: str, constraints: Path | None) -> str:
    """Pin and hash requirements, for every Python from the oldest on."""
    command = [
        *("uv", "pip", "compile", "-", "--universal", "--python-version", oldest, "--upgrade"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
        # pip ignores a pin when another package asks for it with an extra that the pin lacks.
        *("--no-strip-extras", "--no-header", "--quiet"),
    ]
    if constraints is not None:
        command += ["--constraints", str(constraints)]
    done = subprocess.run(
        command, input=wanted, capture_output=True, text=True, check=False, cwd=FOLDER
    )
    if done.returncode:
        sys.exit(f"uv could not resolve:\n{wanted}\n{done.stderr}")
    return done.stdout


def torch_wheel(folder: str) -> Path | None:
    """The CPU build of torch, where pip finds one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", folder, TORCH], capture_output=True, check=False)
    found = sorted(Path(folder).glob("torch-*.whl"))
    return found[0] if found else None


def needs(wheel: Path) -> str:
    """The requirements that a wheel states for itself, without those of its extras."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(entry for entry in archive.namelist() if entry.endswith("/METADATA"))
        stated = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])
    return "\n".join(line for line in stated if "extra ==" not in line)


def lock_torch() -> str | None:
    """Pin the CPU build by its own hash, and what it needs by the registry's."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = torch_wheel(folder)
        if wheel is None:
            return None
        own = hashlib.sha256(wheel.read_bytes()).hexdigest()
        rest = resolve(needs(wheel), "3.11", FOLDER / "dev.txt")
    return f"{TORCH} ; {TORCH_WHERE} \\\n    --hash=sha256:{own}\n{rest}"


def write(name: str, body: str) -> None:
    """Put a lock file in place, with the digest of its inputs."""
    text = f"{HEADER}{STAMP}{digest(name)}\n{body}"
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote requirements/{name}.txt")


def refresh() -> None:
    """Resolve the three files, each under the one before."""
    write("run", resolve(inputs("run"), "3.10", None))
    write("dev", resolve(inputs("dev"), "3.10", FOLDER / "run.txt"))
    torch = lock_torch()
    if torch is None:
        print(f"pip finds no {TORCH} here: requirements/torch.txt stays as it is")
    else:
        write("torch", torch)


def check() -> int:
    """Name each lock file that does not fit its inputs any more."""
    stale = [
        name
        for name in ("run", "dev", "torch")
        if f"{STAMP}{digest(name)}\n" not in (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    ]
    for name in stale:
        print(f"requirements/{name}.txt is older than its inputs: run tools/build_lock.py")
    return 1 if stale else 0


def main() -> int:
    """Refresh, or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing")
    if parser.parse_args().check:
        return check()
    refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
