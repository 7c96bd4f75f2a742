"""Set up a checkout and do one of its jobs; needs git's checkout and Python 3.10 or newer only.

    python3 tools/dev.py demo     report on the sample repository in examples/
    python3 tools/dev.py test     run all tests, with coverage
    python3 tools/dev.py ci       lint, types, layers, generated files, and repro-lint on itself
    python3 tools/dev.py readme   write a part of the demo's report into README.md

Each Python gets an environment of its own, .venv-3.11 and the like, made from hashed locks and
made anew when these change.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-{}.{}".format(*sys.version_info)
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
SAMPLE = "examples/digits-classifier"
SHOWN = (SAMPLE, "--exit-zero", "--select", "RNG,SKL")
REPORT_START = "<!-- report: written by `python3 tools/dev.py readme` -->\n```text\n"
REPORT_END = "```\n<!-- end of report -->"


def run(*command: str | Path) -> int:
    """Run a command of the environment at the root of the checkout, and show what it says."""
    return subprocess.run([PYTHON, *command], check=False, cwd=ROOT).returncode


def pip(*arguments: str) -> int:
    """Let the environment's pip install something."""
    return run("-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments)


def fingerprint(name: str) -> str:
    """What an environment was made from: the lock, the project file and the Python."""
    parts = [(ROOT / file).read_bytes() for file in (f"requirements/{name}.txt", "pyproject.toml")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def create() -> None:
    """Make an empty environment, or say what this Python lacks for it."""
    try:
        venv.create(ENVIRONMENT, with_pip=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(ENVIRONMENT)
        sys.exit("this Python cannot make environments: install its venv and pip packages first")


def set_up(name: str) -> None:
    """Make sure that the environment holds one lock file's packages and this checkout."""
    stamp = ENVIRONMENT / f"{name}.installed"
    wanted = fingerprint(name)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"setting up {ENVIRONMENT.name} with requirements/{name}.txt", flush=True)
    if not PYTHON.is_file():
        create()
    if pip("--require-hashes", "-r", f"requirements/{name}.txt") or pip(
        "--no-deps", "--no-build-isolation", "--editable", "."
    ):
        sys.exit("the environment could not be set up; pip says why above")
    stamp.write_text(wanted, encoding="utf-8")


def add_torch() -> None:
    """Add the CPU build of torch where there is one; a test that needs it is skipped elsewhere."""
    stamp = ENVIRONMENT / "torch.installed"
    wanted = fingerprint("torch")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if run("-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))") or pip(
        "--require-hashes", "-r", "requirements/torch.txt"
    ):
        print("no CPU build of torch for this Python here: tests that need it are skipped")
        return
    stamp.write_text(wanted, encoding="utf-8")


def demo(_: argparse.Namespace) -> int:
    """Show the report on the sample repository; that it finds much is no failure."""
    set_up("run")
    return run("-m", "repro_lint", SAMPLE, "--exit-zero")


def test(arguments: argparse.Namespace) -> int:
    """Run all tests, or those that the arguments name."""
    set_up("dev")
    add_torch()
    chosen = arguments.rest or ["--cov", "--cov-report=term", "--cov-fail-under=93"]
    return run("-m", "pytest", *chosen)


def ci(_: argparse.Namespace) -> int:
    """Run every check, also after one that fails, and name those that failed."""
    set_up("dev")
    checks = {
        "ruff check": ("-m", "ruff", "check"),
        "ruff format": ("-m", "ruff", "format", "--check"),
        "mypy": ("-m", "mypy"),
        "layers": ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
        "locks": ("tools/build_lock.py", "--check"),
        "pages": ("tools/build_pages.py", "--check"),
        "repro-lint on itself": ("-m", "repro_lint", "."),
    }
    failed = []
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if run(*command):
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else f"{len(checks)} checks passed")
    return 1 if failed else 0


def report(python: str | Path) -> str:
    """What README.md shows of the demo, printed to a file, 80 columns wide."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [str(python), "-m", "repro_lint", *SHOWN]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()) + "\n"


def with_report(text: str, shown: str) -> str:
    """The text of README.md with another report in it."""
    before, _, rest = text.partition(REPORT_START)
    return before + REPORT_START + shown + REPORT_END + rest.partition(REPORT_END)[2]


def readme(_: argparse.Namespace) -> int:
    """Put the report of a real run into README.md; a test holds it there."""
    set_up("run")
    path = ROOT / "README.md"
    text = with_report(path.read_text(encoding="utf-8"), report(PYTHON))
    path.write_text(text, encoding="utf-8", newline="\n")
    return 0


JOBS = {"demo": demo, "test": test, "ci": ci, "readme": readme}


def main() -> int:
    """Do the job that the first argument names; what follows goes to it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="for test: arguments for pytest")
    arguments = parser.parse_args()
    return JOBS[arguments.job](arguments)


if __name__ == "__main__":
    if sys.version_info < (3, 10):  # noqa: UP036  an older Python is told so
        sys.exit("this needs Python 3.10 or newer")
    sys.exit(main())
