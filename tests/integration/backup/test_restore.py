"""A backup put in place again: no right comes back, nothing of the past is sent, what was lost is listed."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from clinics import rights
from clinics.posts import end_post
from permissions.accounts import change_phone
from permissions.models import ReferralRight, Session, User
from referral.booking.cancel import cancel_by_system
from referral.booking.models import Booking
from referral.booking.remind import remind
from referral.lost.listing import ToDo, lines, write
from tests.cast import a_phone
from tests.integration.backup.hour import Site, a_site, backed_up, booked, databases, restored, sealed, written
from vault.audit.verify import verify
from vault.backup import restoring
from vault.backup.programs import Trouble
from vault.journal import pages
from vault.models import AuditEntry, LostAct, Message, MessageState, Restoration
from vault.outbox.sender import send_due
from vault.outbox.sms.file import messages

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(own_database: str) -> Site:
    return a_site()


def test_what_was_taken_away_stays_away_and_what_was_lost_is_listed(site: Site, own_database: str, tmp_path) -> None:
    written()
    kept, overtaken, gone = booked(site), booked(site), booked(site)
    sealed()
    folder, manifest = backed_up(tmp_path / "backups")
    send_due()
    before = len(list(messages()))
    cancel_by_system(gone.public_id, reason="drill")
    made, brief = booked(site), booked(site)
    cancel_by_system(brief.public_id, reason="drill")
    rights.revoke(site.leaving.right, by=site.cast.district_admin, reason="misconduct", note="决定书")
    phone = a_phone()
    with transaction.atomic():
        end_post(site.cast.shen, by=site.cast.district_admin, reason="left")
        change_phone(site.cast.zhou.user, phone, by=site.cast.district_admin.actor)
    said: list[str] = []

    restoration = restored(folder, own_database, said)

    right = ReferralRight.objects.get(pk=site.leaving.right.pk)
    assert (right.status, right.reason_code) == ("revoked", "misconduct")
    row = AuditEntry.objects.filter(verb="right.revoke", object_id=right.public_id).get()
    assert (row.actor_kind, row.reason, row.details["first_by"]) == ("system", "misconduct", str(site.cast.admin.public_id))
    assert not ReferralRight.objects.in_force().filter(user=site.cast.shen.user).exists()
    assert User.objects.get(pk=site.cast.zhou.user.pk).phone == phone
    assert not Session.objects.live().exists()
    found = lines(timezone.now())
    assert [(line.object_id, line.to_do, line.told["number"]) for line in found if line.is_lost_booking] == [
        (made.public_id, ToDo.ENTER_AGAIN, made.number)
    ]
    assert {line.object_id: line.to_do for line in found if line.kind == "booking"} == {
        made.public_id: ToDo.ENTER_AGAIN, brief.public_id: ToDo.NOTHING, gone.public_id: ToDo.REPEAT,
    }  # fmt: skip
    assert Booking.objects.get(pk=gone.pk).status == "booked"
    assert (restoration.backup, restoration.counts["messages_held"]) == (manifest.name, 3)
    assert AuditEntry.objects.filter(verb="restore", object_id=restoration.public_id).get().details["acts_open"] == 4
    assert verify().findings == []
    assert not pages.parts(), "the journal of the old database is put aside"
    remind(gone.public_id)
    send_due()
    assert len(list(messages())) == before, "nothing of the past is sent, nor a reminder of a visit that was cancelled"
    _only_what_did_not_leave_goes(site, [kept.public_id, overtaken.public_id])
    _the_list_reads_in_both_languages(found)
    assert databases(own_database) == [own_database, next(one for one in databases(own_database) if "_before_" in one)]


def _only_what_did_not_leave_goes(site: Site, about: list) -> None:
    """Of the held messages one had left in the lost hour; the gateway is asked before anything goes a second time."""
    waiting = Message.objects.filter(about__in=about, state=MessageState.HELD)
    ids = list(waiting.values_list("public_id", flat=True))
    before = len(list(messages()))
    with pytest.raises(CommandError, match="No administrator of the district has this phone"):
        call_command("held", release=[str(one) for one in ids], by=site.cast.shen.user.phone)
    assert said_by("held", release=[str(one) for one in ids], by=site.cast.admin.phone) == "2 messages released"
    send_due()
    assert len(list(messages())) == before
    assert set(Message.objects.filter(public_id__in=ids).values_list("state", flat=True)) == {"sent"}
    assert AuditEntry.objects.filter(verb="message.release", actor_id=site.cast.admin.public_id).count() == 2
    assert said_by("held").endswith("2 messages held")
    assert said_by("held", let_go=["all"], by=site.cast.admin.phone) == "2 messages let go"
    (lost, *_more) = lines(timezone.now())
    done = [str(act.public_id) for act in lost.acts]
    assert said_by("lost", done=done, by=site.cast.admin.phone, note="已补约") == "1 of 1 settled"
    assert "0 bookings to enter again" in said_by("lost")


def said_by(command: str, *words: str, **options: object) -> str:
    target = io.StringIO()
    call_command(command, *words, stdout=target, **options)
    return target.getvalue().strip()


def _the_list_reads_in_both_languages(found: list) -> None:
    for language, heading, words in (
        ("zh-hans", "转诊单号", "重新预约；号源仍在"),
        ("en", "Referral number", "Book again; the place is free"),
    ):
        target = io.StringIO()
        with translation.override(language):
            write(target, found)
        rows = list(csv.DictReader(io.StringIO(target.getvalue().removeprefix("\ufeff"))))
        first = rows[0]
        assert (first[heading], first[list(first)[-1]]) == (found[0].told["number"], words)
        assert first["患者" if language == "zh-hans" else "Patient"] == "陈*兰"


def test_a_restore_that_was_cut_off_is_begun_anew(site: Site, own_database: str, tmp_path, monkeypatch) -> None:
    written()
    folder, _manifest = backed_up(tmp_path / "backups")
    made = booked(site)
    done = restoring.pass_fence

    def cut_off(*args, **fields):
        done(*args, **fields)
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "pass_fence", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restored(folder, own_database)
    assert said_by("restore", str(folder), give_up=True).endswith("Nothing was restored.")
    assert Booking.objects.filter(pk=made.pk).exists(), "the database that was to be replaced is untouched, and open"
    assert not Restoration.objects.filter(backup=folder.name).exists()
    monkeypatch.setattr(restoring, "pass_fence", done)

    restored(folder, own_database)

    assert not Booking.objects.filter(public_id=made.public_id).exists()
    assert LostAct.objects.filter(object_id=made.public_id, restoration__backup=folder.name).count() == 1


def test_a_database_in_use_is_not_replaced_unasked(site: Site, own_database: str, tmp_path) -> None:
    folder, _manifest = backed_up(tmp_path / "backups")

    with pytest.raises(Trouble, match=f"--replace {own_database}"):
        restored(folder, own_database, replace="another")
    with pytest.raises(Trouble, match="There is no journal"):
        restored(folder, own_database)

    assert User.objects.filter(pk=site.cast.zhou.user.pk).exists()
