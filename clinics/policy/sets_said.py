"""One sentence of a document about one parameter."""

from dataclasses import dataclass

from vault.refusal import Sentence


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of a parameter: the value as rows keep it, or None when it speaks of the matter and names no value.

    `rule` is the catalogue's id (docs/rules/catalogue.tsv), `quote` its literal words; `note` says what was read into them.
    """

    parameter: str
    value: str | None
    rule: str
    article: Sentence
    quote: str
    note: Sentence = ""
