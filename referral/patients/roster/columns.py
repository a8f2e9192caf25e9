"""The columns of the list of residents, and the words a cell may use for a code."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinics.imports.kinds import Column
from permissions.identity.documents import DocumentType
from permissions.identity.folding import fold_width
from referral.patients.models import PriorityGroup, Sex

COLUMNS: Final = (
    Column("name", _("Name"), True, "陈秀兰", _("As on the document."), sensitive=True),
    Column("document_type", _("Document type"), False, "居民身份证", _("Empty means the resident identity card.")),
    Column(
        "document_number", _("Document number"), True, "110102195803150026",
        _("Format the column as text, or Excel destroys the number. Empty only for a child with its guardian."), sensitive=True,
    ),
    Column("sex", _("Sex"), False, "女", _("May stay empty with an 18-digit number.")),
    Column("birth_date", _("Birth date"), False, "1958-03-15", _("May stay empty with an 18-digit number."), sensitive=True),
    Column("mobile", _("Mobile number"), False, "13800005678", _("A mobile number or a landline is needed."), sensitive=True),
    Column("landline", _("Landline"), False, "010-82345678", _("With the area code, like 010-12345678."), sensitive=True),
    Column("address", _("Address"), False, "北京市西城区德胜门外大街甲10号", _("At most 200 characters."), sensitive=True),
    Column("priority_group", _("Priority group"), False, "老年人", _("Elderly, disabled, pregnant, child, veteran, or empty.")),
    Column("guardian_name", _("Guardian's name"), False, "", _("For a child under 14 without a document of its own."), sensitive=True),
    Column("guardian_document_type", _("Guardian's document type"), False, "", _("Empty means the resident identity card.")),
    Column("guardian_document_number", _("Guardian's document number"), False, "", _("Format the column as text."), sensitive=True),
    Column("guardian_relation", _("Relation to the child"), False, "", _("Such as mother or grandfather.")),
    Column("care_team", _("Care team"), False, "德胜第一家庭医生团队", _("Its name, as among the care teams of your centre.")),
    Column(
        "doctor", _("Doctor"), False, "周晓岚",
        _("May stay empty when the team has one doctor; of two with one name, add the last four of the phone."),
    ),
    Column("contract_from", _("First day of the contract"), False, "2026-01-01", _("A day like 2026-11-26.")),
    Column("contract_to", _("Last day of the contract"), False, "2026-12-31", _("A day like 2026-11-26; it still counts.")),
    Column(
        "health_record_number", _("Health record number"), False, "11010200700200123", _("17 digits; format the column as text."),
        sensitive=True,
    ),
)  # fmt: skip

# What the checks of a registration call a field, and the column it stands in.
COLUMN_OF: Final = {
    "document.type": "document_type",
    "document.number": "document_number",
    "guardian": "guardian_name",
    "guardian.name": "guardian_name",
    "guardian.document.type": "guardian_document_type",
    "guardian.document.number": "guardian_document_number",
    "guardian.relation": "guardian_relation",
    "contract.care_team": "care_team",
    "contract.doctor": "doctor",
    "contract.from": "contract_from",
    "contract.to": "contract_to",
    "contract.health_record_number": "health_record_number",
}
OTHER_WORDS: Final = {
    "document_type": {"身份证": "resident_id", "二代身份证": "resident_id", "id": "resident_id", "户口本": "household_register"},
    "sex": {"男": "1", "女": "2", "m": "1", "f": "2", "男性": "1", "女性": "2"},
    "priority_group": {"无": "", "-": "", "老人": "elderly", "孕妇": "pregnant", "残疾人": "disabled", "儿童": "child", "军人": "veteran"},
}


def words_of(name: str, choices: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Every word for a code: the code itself, its label in each language, and what people write besides."""
    pairs = list(choices)
    found = {code.lower(): code for code, _label in pairs}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {folded(str(label)): code for code, label in pairs}
    return found | OTHER_WORDS[name]


def vocabulary() -> dict[str, dict[str, str]]:
    """The words of the three columns that hold codes; asked once a run."""
    return {
        "document_type": words_of("document_type", DocumentType.choices),
        "sex": words_of("sex", Sex.choices),
        "priority_group": words_of("priority_group", PriorityGroup.choices),
    }


def folded(word: str) -> str:
    """A word as it is compared: narrow, without blanks, in small letters."""
    return fold_width(word).replace(" ", "").lower()
