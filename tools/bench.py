"""Compare what repro-lint costs with its neighbours, side by side, in CPU time.

    python tools/bench.py FOLDER... [--file FILE] [--rounds 5] [--adduce ADDUCE]

Every round runs each command once, so that all meet the same machine; the tables give the least
and the median of user and system time together, and ratios of the least. Files that git ignores
or the linter does not judge are not in the loop of ast.parse: both read the same files.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from repro_lint.repository.files import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PARSE_ALL = """
import ast, sys
for path in sys.stdin.read().split("\\0"):
    with open(path, "rb") as file:
        try:
            ast.parse(file.read())
        except (SyntaxError, ValueError):
            pass
"""
ENVIRONMENT = {**os.environ, "RAYON_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
# Imports come from bytecode, as they do for whoever has installed the command.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


def cost(command: Sequence[str], given: bytes = b"") -> float:
    """Seconds of CPU, user and system, that a command and its children took."""
    with tempfile.TemporaryFile() as stdin:  # a pipe would break where a command reads nothing
        stdin.write(given)
        stdin.seek(0)
        child = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"exit code {child.returncode}: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime


def measure(
    commands: Mapping[str, Sequence[str]], rounds: int, given: bytes
) -> dict[str, list[float]]:
    """The cost of each command, round by round, after one run each that warms disk and bytecode."""
    for command in commands.values():
        cost(command, given)
    costs: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(cost(command, given))
    return costs


def table(costs: Mapping[str, Sequence[float]], subject: str) -> str:
    """A Markdown table; the last column says how many times a command's cost the subject's is."""
    least = {name: min(times) for name, times in costs.items()}
    lines = [
        f"| | least ms | median ms | {subject} / it |",
        "|---|---:|---:|---:|",
    ]
    for name, times in costs.items():
        ratio = "" if name == subject else f"{least[subject] / max(least[name], 1e-3):.2f}"
        median = statistics.median(times)
        lines.append(f"| {name} | {least[name] * 1e3:.0f} | {median * 1e3:.0f} | {ratio} |")
    return "\n".join(lines)


def on_folder(folder: Path, options: argparse.Namespace) -> str:
    """What a whole repository costs."""
    judged = Repository.from_folder(folder).python_paths
    paths = [folder / path for path in judged]
    lines = sum(path.read_bytes().count(b"\n") for path in paths)
    commands: dict[str, Sequence[str]] = {
        "repro-lint": repro_lint(str(folder)),
        "loop of ast.parse": [sys.executable, "-c", PARSE_ALL],
        "ruff NPY,S311, no cache, 1 thread": [
            *(tool("ruff"), "check", "--isolated", "--no-cache", "--select", "NPY,S311"),
            *("--exit-zero", str(folder)),
        ],
    }
    if options.adduce:
        commands["adduce check"] = [options.adduce, "check", str(folder)]
    given = "\0".join(map(str, paths)).encode()
    costs = measure(commands, options.rounds, given)
    return f"### {folder.name}: {len(paths)} files, {lines:,} lines\n\n{table(costs, 'repro-lint')}"


def on_one_file(path: Path, rounds: int) -> str:
    """What one file costs above an interpreter that does nothing."""
    commands = {
        "repro-lint": repro_lint(str(path)),
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    costs = measure(commands, rounds * 4, b"")
    above = (min(costs["repro-lint"]) - min(costs["python -c pass"])) * 1e3
    title = f"### one file: {path.name}, {above:.0f} ms above `python -c pass`"
    return f"{title}\n\n{table(costs, 'repro-lint')}"


def repro_lint(path: str) -> list[str]:
    """The whole cost of a report: no configuration of the folder, one process."""
    return [tool("repro-lint"), path, "--isolated", "--exit-zero", "--workers", "1"]


def tool(name: str) -> str:
    """The command beside this Python, or on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or sys.exit(f"{name} is not installed")


def machine() -> str:
    """Processor, Python and the versions compared."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        models = [
            line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line
        ]
    except OSError:
        models = []
    processor = models[0] if models else platform.processor() or platform.machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("repro-lint", "ruff"))
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}; "
        f"{platform.python_implementation()} {platform.python_version()}; {versions}"
    )


def main() -> int:
    """Print a table for each folder, and one for the file if one is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--adduce", default="", help="the adduce command, in its own environment")
    parser.add_argument(
        "--file", type=Path, help="the one file; without it, the largest is not run"
    )
    options = parser.parse_args()
    print(machine())
    if not options.adduce:
        print("\nadduce is left out: name its command with --adduce")
    for folder in options.folders:
        print(f"\n{on_folder(folder, options)}")
    if options.file:
        print(f"\n{on_one_file(options.file, options.rounds)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
