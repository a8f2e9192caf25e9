"""The rows of an import and what came of them, as the words one chunk keeps."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from clinics.imports.cells import LONGEST
from clinics.imports.kinds import Checked, Fault, Outcome, Row

ROWS = 250  # of one chunk: one transaction, one step of the progress bar
LETTERS = {Outcome.CREATE: "c", Outcome.UPDATE: "u", Outcome.UNCHANGED: "n", Outcome.FAULTY: "f"}
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}
LONGEST_VALUE = 80  # of what was read, told back beside a fault


@dataclass(frozen=True, slots=True)
class Told:
    """One fault in the words of the uploader's language."""

    field: str
    reason: str
    remedy: str
    value: str


@dataclass(slots=True)
class Results:
    """What came of the rows of one chunk, in their order, and the faults by row number."""

    outcomes: list[Outcome] = field(default_factory=list)
    faults: dict[int, list[Told]] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        return self.outcomes.count(outcome)


def packed_rows(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """The rows as text, each its number and its values in the order of the columns."""
    return json.dumps([[row.number, *(row.values[name] for name in columns)] for row in rows], ensure_ascii=False, separators=(",", ":"))


def unpacked_rows(text: str, columns: Sequence[str], all_columns: Iterable[str]) -> list[Row]:
    """The rows again; columns the file does not have are ''."""
    empty = dict.fromkeys(all_columns, "")
    return [Row(number, empty | dict(zip(columns, values, strict=True))) for number, *values in json.loads(text)] if text else []


def packed_results(results: Results) -> str:
    faults = [[number, [[one.field, one.reason, one.remedy, one.value] for one in told]] for number, told in results.faults.items()]
    return json.dumps(["".join(LETTERS[one] for one in results.outcomes), faults], ensure_ascii=False, separators=(",", ":"))


def unpacked_results(text: str) -> Results:
    if not text:
        return Results()
    letters, faults = json.loads(text)
    return Results([OUTCOMES[letter] for letter in letters], {number: [Told(*one) for one in told] for number, told in faults})


def results_of(rows: Sequence[Row], checked: Sequence[Checked], general: dict[int, list[Fault]]) -> Results:
    """What an importer said together with what is wrong for every kind of list; of one field the importer's word counts.

    An importer that answers for other rows than it was asked about is a fault of ours, told loudly.
    """
    if [one.number for one in checked] != [row.number for row in rows]:
        raise ValueError("an importer answered for other rows than it was asked about")
    results = Results()
    for one in checked:
        named = {fault.field for fault in one.faults}
        faults = [*one.faults, *(fault for fault in general.get(one.number, ()) if fault.field not in named)]
        results.outcomes.append(Outcome.FAULTY if faults else one.outcome)
        if faults or one.outcome is Outcome.FAULTY:
            results.faults[one.number] = [told(fault) for fault in faults]
    return results


def told(fault: Fault) -> Told:
    """A fault in the language that is active now; a very long value is cut."""
    value = fault.value if len(fault.value) <= LONGEST_VALUE else fault.value[:LONGEST_VALUE] + "…"
    return Told(fault.field, str(fault.reason), str(fault.remedy), value)


def cut(row: Row) -> Row:
    """The row as an importer is shown it: no cell longer than anybody's field."""
    return replace(row, values={name: text[: LONGEST + 1] for name, text in row.values.items()})
