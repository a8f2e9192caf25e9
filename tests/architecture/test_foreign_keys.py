"""Foreign keys look one way, as imports do; the vault holds values and points at nobody."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Model
from django.db.models.fields.related import RelatedField

ORDER = ("vault", "permissions", "clinics", "reserved_pools", "referral", "config")
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ORDER]


def relations(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Field name and app of each model it points at, other packages' models left out."""
    for field in model._meta.get_fields():
        if isinstance(field, RelatedField) and field.related_model is not None:
            target = field.related_model._meta.app_label
            if target in ORDER:
                yield field.name, target


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_model_points_down_or_stays_in_its_app(model: type[Model]) -> None:
    own = ORDER.index(model._meta.app_label)

    upward = [name for name, target in relations(model) if ORDER.index(target) > own]

    assert upward == []


@pytest.mark.parametrize("model", [m for m in OURS if m._meta.app_label == "vault"], ids=lambda model: model._meta.label)
def test_the_vault_never_knows_who_or_what_anything_is_about(model: type[Model]) -> None:
    foreign = [field.name for field in model._meta.get_fields() if isinstance(field, RelatedField) and field.related_model is not model]

    assert [name for name in foreign if model._meta.get_field(name).related_model._meta.app_label != "vault"] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_model_hangs_on_a_content_type_in_place_of_a_foreign_key(model: type[Model]) -> None:
    assert [field.name for field in model._meta.private_fields if type(field).__name__ == "GenericForeignKey"] == []


def test_the_walk_sees_every_app_that_has_models() -> None:
    assert {model._meta.app_label for model in OURS} == {"vault", "permissions", "clinics", "reserved_pools", "referral"}
