"""Fixes: planned from what is known of a repository, made with libcst on the flagged span."""

# The rules whose findings may have a fix; what plans it is imported when one is found.
FIXABLE = frozenset(
    (
        *("ORD001", "ORD002", "DET001", "DET002", "DET005", "DET006"),
        *("SKL001", "SKL004", "SKL006", "DTL007", "RNG006", "RNG017", "RNG014"),
        *("RNG001", "RNG002", "RNG003"),
    )
)
