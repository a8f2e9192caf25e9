"""Folds what a keyboard in Chinese mode types into numbers; for identity numbers and phones only, never for names."""

# Full-width ASCII (U+FF01-U+FF5E) and the ideographic space; nothing else looks enough like a digit to be one.
FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
SEPARATORS = {ord(mark): None for mark in " -\u00a0"}


def fold(text: str) -> str:
    """The text with full-width ASCII narrowed, and without spaces and hyphens."""
    return text.translate(FULL_WIDTH).translate(SEPARATORS)


def fold_width(text: str) -> str:
    """The text with full-width ASCII narrowed; spaces stay."""
    return text.translate(FULL_WIDTH)
