"""Write docs/rules.md, the index of all rules by family, from their cards.

python tools/build_pages.py           write the page
python tools/build_pages.py --check   say whether it still is what the cards say
"""

from __future__ import annotations

import sys
from pathlib import Path

from repro_lint.commands.rules import by_family, rows_of_all

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
CARDS = "../linter/repro_lint/cards"
HEAD = """# Rules

<!-- Written by tools/build_pages.py from the cards; do not edit. -->

Each code leads to the card of the rule: why it matters, examples of both sides, when to ignore it.
`repro-lint explain CODE` prints the same. What the words mean:

- *severity* is what the hazard costs if it is real, *confidence* how often a finding is right;
- rules in *preview* run with `--preview` only and never move the score;
- *fix*: `--fix` or `--unsafe-fixes` can end findings of the rule; [fixes.md](fixes.md) says which;
- [checklists.md](checklists.md) says which rule answers which item of the checklists of the field.

{count} rules, {preview} of them in preview.

"""


def page() -> str:
    """The index as it should be."""
    rows = rows_of_all()
    preview = sum(bool(row["preview"]) for row in rows)
    return HEAD.format(count=len(rows), preview=preview) + by_family(rows, CARDS)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    if arguments == ["--check"]:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        print("the index of rules is what the cards say" if same else "run tools/build_pages.py")
        return 0 if same else 1
    if arguments:
        sys.exit("only --check is known")
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
