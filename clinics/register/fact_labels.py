"""The district says which further facts are registered of which kind of object, and ends one that is no longer asked for (R096)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import FactLabel, FactOf
from clinics.register.place_queries import NOTHING_HERE
from permissions.acting import Acting
from permissions.printable import unprintable_in
from permissions.roles import Capability
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST_LABEL = 30
MOST_LABELS = 30  # of one kind at once; a form with more is not filled in


def define_fact(of: str, name: str, *, by: Acting, name_en: str = "") -> FactLabel:
    """Use case: one more fact is asked for from now on; a label that was ended under this name comes back with its values.

    Raises Refusal("invalid_input") with every fault at once, also for a name that is asked for already, Refusal("not_allowed")
    unless the district acts.
    """
    _require_district(by)
    faults = Faults()
    kind = faults.of(_kind, of) or ""
    labels = {field: faults.of(_label, field, text) or "" for field, text in (("name", name), ("name_en", name_en))}
    asked = FactLabel.objects.filter(district=by.district_id, of=kind, ended_on=None)
    if labels["name"] and asked.filter(name=labels["name"]).exists():
        faults.add(_name_taken())
    elif asked.count() >= MOST_LABELS:
        words = _("At most %(limit)d further facts are asked for of one kind.") % {"limit": MOST_LABELS}
        faults.add(invalid("name", words, remedy=_("End one that is no longer needed.")))
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            label = _revived(kind, labels, by) or FactLabel.objects.create(district_id=by.district_id, of=kind, **labels)
            audit.record("define_fact", "fact_label", label.public_id, by=by.actor, details={"of": kind, "name": label.name})
    except IntegrityError as error:  # somebody else defined it at this moment
        raise _name_taken() from error
    return label


@transaction.atomic(durable=True)
def end_fact(label: FactLabel, *, today: date, by: Acting) -> FactLabel:
    """Use case: a fact is no longer asked for nor shown; the values stay where they are. Ending twice is once."""
    _require_district(by)
    if FactLabel.objects.filter(pk=label.pk, ended_on=None).update(ended_on=today):
        audit.record("end_fact", "fact_label", label.public_id, by=by.actor, details={"of": label.of, "name": label.name})
    label.refresh_from_db()
    return label


def labels_of(by: Acting) -> QuerySet[FactLabel]:
    """Every label of the actor's district, kind by kind, the ended ones last."""
    return FactLabel.objects.filter(district=by.district_id).order_by("of", F("ended_on").asc(nulls_first=True), "pk")


def label_of(by: Acting, public_id: object) -> FactLabel:
    """One of them. Refuses with `not_found`."""
    found = labels_of(by).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def _revived(kind: str, labels: dict[str, str], by: Acting) -> FactLabel | None:
    """Step: the label last ended under this name, asked for again."""
    ended = FactLabel.objects.filter(district=by.district_id, of=kind, name=labels["name"]).exclude(ended_on=None)
    label = ended.select_for_update().order_by("-ended_on", "-pk").first()
    if label is not None:
        label.ended_on = None
        label.name_en = labels["name_en"] or label.name_en
        label.save(update_fields=["ended_on", "name_en"])
    return label


def _require_district(by: Acting) -> None:
    if not by.can(Capability.MANAGE_INSTITUTIONS):
        raise Refusal("not_allowed", _("Only the district defines further facts."))


def _kind(of: str) -> str:
    if of not in FactOf.values:
        raise invalid("of", _("This is not one of the choices."), remedy=_("Choose one of those shown."))
    return of


def _label(field: str, text: str) -> str:
    cleaned = text.strip()
    if field == "name" and not cleaned:
        raise invalid(field, _("Please enter this."))
    if unprintable_in(cleaned, lines=False):
        raise invalid(field, _("This holds a character that cannot be stored or shown."))
    if len(cleaned) > LONGEST_LABEL:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_LABEL, "count": len(cleaned)})
    return cleaned


def _name_taken() -> Refusal:
    return invalid("name", _("This fact is asked for already."), remedy=_("Look for it in the list."))
