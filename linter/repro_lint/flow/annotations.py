"""The names of classes in the text of an annotation."""

from __future__ import annotations

WRAPPERS = ("Optional", "Union", "Annotated", "Final", "ClassVar", "InitVar", "Required")
LONGEST_TEXT = 300


def class_names(annotation: str) -> list[str]:
    """The classes whose objects an annotation allows, `None` left out; [] where it is unclear."""
    if annotation.replace(".", "").replace("_", "").isalnum():
        return [] if annotation == "None" else [annotation]
    if len(annotation) > LONGEST_TEXT:
        return []
    found: list[str] = []
    for part in parts_of(annotation, "|"):
        text = part.strip().strip("\"'")
        if text == "None":
            continue
        names = names_of_part(text)
        if not names:
            return []
        found.extend(names)
    return found


def names_of_part(text: str) -> list[str]:
    """The classes of one alternative: those inside `Optional[...]`, the class before `[`."""
    head, bracket, rest = text.partition("[")
    if not bracket:
        return [text] if text.replace(".", "").replace("_", "").isalnum() else []
    bare = head.rpartition(".")[2]
    if bare not in WRAPPERS:
        return [] if bare in ("type", "Type", "Literal") or bare.islower() else [head]
    inner = parts_of(rest.removesuffix("]"), ",")
    chosen = inner[:1] if bare == "Annotated" else inner
    found = [class_names(part.strip()) for part in chosen if part.strip() != "None"]
    return [name for names in found for name in names] if all(found) else []


def parts_of(text: str, mark: str) -> list[str]:
    """The parts of a text between marks that no bracket encloses."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        if letter in "[(":
            depth += 1
        elif letter in "])":
            depth -= 1
        elif letter == mark and depth == 0:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]
