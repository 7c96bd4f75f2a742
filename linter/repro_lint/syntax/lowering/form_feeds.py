"""Takes form feeds out of indentation, where libcst miscounts them."""

from __future__ import annotations

from repro_lint.syntax.depth import TOKEN


def without_form_feeds(text: str) -> tuple[str, dict[int, int]]:
    """The text without the blanks up to a form feed at the start of a line.

    Those blanks do not count as indentation. The second answer holds, for each line that
    lost some, how many.
    """
    if "\f" not in text:
        return text, {}
    lost: dict[int, int] = {}
    pieces: list[str] = []
    line, at_start = 1, True
    for token in TOKEN.finditer(text):
        piece = token.group()
        if at_start and token.lastgroup == "blank" and "\f" in piece:
            kept = piece.rpartition("\f")[2]
            lost[line] = len(piece) - len(kept)
            piece = kept
        at_start = token.lastgroup == "line"
        line += piece.count("\n")
        pieces.append(piece)
    return "".join(pieces), lost
