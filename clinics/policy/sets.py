"""The documents of the regulation as data: what each says of every parameter, by article and literally, and whether it is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clinics.parameters import CITY_2011, CITY_2021, DISTRICT_2018, HOSPITALS
from clinics.policy import REGISTRY, Level, Parameter
from clinics.policy.sets_city import BEIJING_2011, MUNICIPAL_2021
from clinics.policy.sets_district import XICHENG_2018
from clinics.policy.sets_hospitals import HOSPITAL_TEMPLATES
from clinics.policy.sets_said import Said
from vault.refusal import Refusal, Sentence


class Standing(TextChoices):
    """Whether a document binds: the district's text was published for comment only (R140)."""

    IN_FORCE = "in_force", _("in force")
    DRAFT = "draft", _("draft for comment")
    EXAMPLE = "example", _("examples, binding nobody")


@dataclass(frozen=True, slots=True)
class PolicySet:
    """One document: who issued it, when, how it stands, and its sentences, in its own order."""

    key: str
    title: Sentence
    source: Sentence
    number: str
    authority: Level
    standing: Standing
    dated: date
    said: tuple[Said, ...]

    @property
    def is_draft(self) -> bool:
        return self.standing == Standing.DRAFT

    def of(self, key: str) -> Said | None:
        """What the document says first of a parameter."""
        return next((one for one in self.said if one.parameter == key), None)


BEIJING: Final = PolicySet(
    "beijing-2011", _("Beijing 2011"), CITY_2011, "000", Level.CITY, Standing.IN_FORCE, date(2011, 7, 28), BEIJING_2011
)
MUNICIPAL: Final = PolicySet(
    "municipal-2021", _("Municipal 2021"), CITY_2021, "002", Level.CITY, Standing.IN_FORCE, date(2021, 5, 20), MUNICIPAL_2021
)
XICHENG: Final = PolicySet(
    "xicheng-2018", _("Xicheng 2018"), DISTRICT_2018, "003", Level.DISTRICT, Standing.DRAFT, date(2018, 12, 13), XICHENG_2018
)
TEMPLATES: Final = PolicySet(
    "hospital-templates", _("Hospitals' own rules"), HOSPITALS, "004", Level.INSTITUTION, Standing.EXAMPLE, date(2024, 1, 1),
    HOSPITAL_TEMPLATES,
)  # fmt: skip
SETS: Final[Mapping[str, PolicySet]] = MappingProxyType({one.key: one for one in (BEIJING, MUNICIPAL, XICHENG)})
DRAFT_RULE: Final = "R140"
DRAFT_QUOTE: Final = "现向社会公开征求意见"
SUPERIOR_RULE: Final = "R138"
SUPERIOR_QUOTE: Final = "本办法与上级部门相关管理规定不一致时,依据上级部门相关管理规定执行"


def set_named(key: str) -> PolicySet:
    """One of the sets a district may choose. Refuses with `not_found`."""
    if key not in SETS:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return SETS[key]


def spoken_of() -> list[Parameter]:
    """Every parameter that some document speaks of, in the order of the register."""
    named = {one.parameter for document in (*SETS.values(), TEMPLATES) for one in document.said}
    return [parameter for key, parameter in REGISTRY.items() if key in named]


def sayings(document: PolicySet) -> list[tuple[Parameter, Said]]:
    """What a document says of each parameter, the first sentence of each, in its own order."""
    found: dict[str, tuple[Parameter, Said]] = {}
    for one in document.said:
        if one.parameter in REGISTRY and one.parameter not in found:
            found[one.parameter] = (REGISTRY[one.parameter], one)
    return list(found.values())
