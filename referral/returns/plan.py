"""What goes home with the patient: the three parts of R130 and the drugs, each with the word of the centre's pharmacy."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext_lazy as _

from referral.cases.texts import text_faults
from referral.returns.models import Return, ReturnDrug, Supply
from vault.refusal import Refusal, Violation

MOST_DRUGS = 30


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug to go on with; `supply` says whether the centre has it, `substitute` what it has instead."""

    name: str
    usage: str
    supply: str
    strength: str = ""
    course: str = ""
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Diagnosis and the three parts; the inpatient number only of those who lay in the hospital."""

    diagnosis: str
    treatment_summary: str
    follow_up_plan: str
    rehabilitation_plan: str
    inpatient_number: str = ""
    drugs: tuple[Drug, ...] = field(default=())

    @property
    def texts(self) -> dict[str, str]:
        """The texts by the name of their column."""
        return {name: text for name, text in asdict(self).items() if name != "drugs"}


def check_plan(plan: Plan) -> None:
    """Promise that a plan is complete and fits. Refuses with `invalid_input`, one violation for each field that does not."""
    found = [*text_faults(plan.texts, Return, optional=frozenset({"inpatient_number"})), *_drug_faults(plan.drugs)]
    if found:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(found))


def _drug_faults(drugs: tuple[Drug, ...]) -> Iterator[Violation]:
    if len(drugs) > MOST_DRUGS:
        sentence = _("At most %(limit)d drugs.") % {"limit": MOST_DRUGS}
        yield Violation("invalid_input", sentence, field="drugs", count=len(drugs), limit=MOST_DRUGS)
    for position, drug in enumerate(drugs):
        prefix = f"drugs.{position}."
        texts = {name: text for name, text in asdict(drug).items() if name != "supply"}
        yield from text_faults(texts, ReturnDrug, optional=frozenset({"strength", "course", "substitute"}), prefix=prefix)
        if drug.supply not in Supply.values:
            yield Violation("invalid_input", _("Say whether the centre can supply it."), field=f"{prefix}supply")
        elif drug.supply == Supply.SUBSTITUTE and not drug.substitute.strip():
            yield Violation("invalid_input", _("Name the drug the centre has instead."), field=f"{prefix}substitute")
