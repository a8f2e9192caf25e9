"""What the requests of hospitals' systems are about: a clinic with a code, its doctor, an endpoint with a dead message."""

from django.db import transaction
from django.db.models.functions import Now

from clinics import mirror
from clinics.models import Institution, Practitioner, Service
from permissions.acting import Acting
from permissions.roles import Role
from tests.cast_loop import working
from tests.cast_referral import BONES, World
from vault.outbox.webhooks import endpoints
from vault.outbox.webhooks.models import WebhookDelivery

EVENTS = ["booking.booked", "places.returned"]


class Exchanged:
    """The system of the stage's hospital, which is told already, and that of the other hospital, which is not."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by, self.hospital = coordinator, world.hospital
        self.other = working("柳调度", world.other_hospital, Role.COORDINATOR)
        with transaction.atomic():
            mirror.mirror([self.other.user.pk])
        Institution.objects.filter(pk=world.hospital.pk).update(responsible_department="门诊部", responsible_name="韩异议")
        room = world.department(code=BONES)
        self.service = Service.objects.create(institution=world.hospital, department=room, name="骨科门诊", title="attending", code="GK01")
        Practitioner.objects.create(institution=world.hospital, department=room, name="甲", staff_number="D7", title="chief")
        self.session = world.place(9, code=BONES).slot.session
        with transaction.atomic():
            self.endpoint = endpoints.open_endpoint(world.hospital.public_id, "https://127.0.0.1:8443/hook", EVENTS)
        self.dead = WebhookDelivery.objects.create(
            endpoint=self.endpoint, type=EVENTS[0], about=world.hospital.public_id, source="1", body="{}", state="dead", settled_at=Now()
        )
        self.dead.refresh_from_db()
