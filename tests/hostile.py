"""A folder of files that break tools: each must be read, or named with a reason."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

YAML_BOMB = 'a: &a ["x", "x", "x", "x", "x", "x", "x", "x", "x"]\n' + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

# What no reader of text can give: the line and the start of the reason.
UNREADABLE = {
    "nulls.py": (2, "holds a null byte"),
    "latin1_bare.py": (2, "is not utf-8 text"),
    "unknown_coding.py": (1, "names the unknown encoding `no-such-coding`"),
    "one_long_line.py": (0, "is larger than the limit of 2,000,000 bytes"),
    "broken.ipynb": (2, "is not valid JSON"),
    "not_a_notebook.ipynb": (0, "is not a notebook"),
    "deep.ipynb": (0, "is not valid JSON"),
    "nulls.yaml": (1, "holds a null byte"),
}
# What is text, and no Python.
NOT_PYTHON = ("nested.py", "python2.py", "deep_calls.py", "surrogate.py")

FILES: dict[str, bytes] = {
    "good.py": b"import random\nprint(random.random())\n",
    "empty.py": b"",
    "nulls.py": b"x = 1\ny = '\0'\n",
    "nested.py": b"x = " + b"[" * 2000 + b"]" * 2000 + b"\n",
    "deep_calls.py": b"x = " + b"f(" * 5000 + b")" * 5000 + b"\n",
    "long_chain.py": b"x = a" + b".b()" * 300 + b"\n",
    "one_long_line.py": b"x = '" + b"a" * 10_000_000 + b"'\n",
    "latin1_coded.py": b"# coding: latin-1\nname = 'caf\xe9'\n",
    "latin1_bare.py": b"x = 1\nname = 'caf\xe9'\n",
    "unknown_coding.py": b"# -*- coding: no-such-coding -*-\nx = 1\n",
    "surrogate.py": b"x = '\\ud800'\nclass\n",
    "bom.py": b"\xef\xbb\xbfimport random\nrandom.random()\n",
    "cr.py": b"import random\rrandom.random()\r",
    "crlf.py": b"import random\r\nrandom.random()\r\n",
    "form_feed.py": b"import random\n\x0crandom.random()\n",
    "python2.py": b"print 'hello'\nexec 'x = 1'\n",
    "no_line_end.py": b"x = 1",
    "broken.ipynb": b'{"cells": [\n}\n',
    "not_a_notebook.ipynb": b"[1, 2, 3]\n",
    "deep.ipynb": b"[" * 200_000,
    "odd_cells.ipynb": json.dumps(
        {
            "nbformat": 4,
            "metadata": [],
            "cells": [None, 3, {"cell_type": "code", "source": ["x = '\ud800'\n", "("]}],
        }
    ).encode(),
    "pyproject.toml": b'[project]\nname = "a"\nname = "b"\n',
    "uv.lock": b"version = [\n",
    "environment.yml": YAML_BOMB.encode(),
    "nulls.yaml": b"a: \0\n",
    "docker-compose.yml": b"a: &a [*a]\n",
    ".github/workflows/ci.yml": b"jobs: !!python/object/apply:os.system ['true']\n",
    ".pre-commit-config.yaml": b"repos: [[[[{\n",
    "requirements.txt": b"-r requirements.txt\n-r ../../../../etc/passwd\nnumpy ==\n\xff\xfe\n",
    "Dockerfile": b"FROM\nFROM ${\nRUN <<EOF\n\\\n",
    "setup.py": b"setup(\n",
    "setup.cfg": b"[metadata\nname\n",
    "Pipfile": b"[packages\n",
    "MLproject": b"- a\n- b\n",
    "dvc.yaml": b"stages: 3\n",
    "README.md": b"# \xe9\n```\n",
}


def build(folder: Path, *, long_lines: bool = True) -> None:
    """Fill a folder; `long_lines` adds the file of 10 MB."""
    for name, content in FILES.items():
        if name != "one_long_line.py" or long_lines:
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    _odd_names(os.fsencode(folder))
    _links(folder)


def _odd_names(folder: bytes) -> None:
    for name in (b"new\nline.py", b"not\xffutf8.py", b"spaces and 'quotes'.py"):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"import random\nrandom.random()\n")


def _links(folder: Path) -> None:
    inside = folder / "package"
    inside.mkdir()
    (inside / "module.py").write_text("x = 1\n")
    (inside / "loop").symlink_to(folder, target_is_directory=True)
    (inside / "self").symlink_to("self")
    (folder / "to_module.py").symlink_to("package/module.py")
    (folder / "broken.py").symlink_to("nowhere.py")
    (folder / "outside.py").symlink_to(os.__file__)
    os.mkfifo(folder / "pipe.py")
