"""The journal outside the database: follows every act, hides everything said, and notices an older copy in its place."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from clinics import rights
from config.health import readiness
from tests.cast import a_right, acting_as, an_admin
from tests.integration.backup.hour import acts_in_journal, written
from tests.integration.vault.stage import declare_texts, message
from vault.journal import pages
from vault.journal.acts import JournalAltered
from vault.journal.follow import DatabaseBehind, follow
from vault.models import Message
from vault.outbox.sender import send_due
from vault.outbox.sms.file import messages

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


def revoked() -> str:
    """A right revoked by its district; its public id."""
    right = a_right()
    rights.revoke(right, by=acting_as(an_admin("赵建国", district=right.district)), reason="misconduct", note="决定书")
    return str(right.public_id)


def test_the_journal_follows_a_revocation_and_says_nothing_in_clear() -> None:
    follow()
    right = revoked()

    written()

    (act,) = [act for act in pages.acts_since(0) if act.verb == "right.revoke"]
    assert (str(act.object_id), act.reason, act.details["note"]) == (right, "misconduct", "决定书")
    text = "".join(part.read_text() for part in pages.parts())
    assert right in text
    assert "misconduct" not in text
    assert "决定书" not in text


def test_a_round_that_was_cut_off_is_written_again_and_an_altered_line_is_named() -> None:
    follow()
    revoked()
    written()
    whole = acts_in_journal()
    (part,) = pages.parts()
    lines = part.read_text().splitlines(keepends=True)
    part.write_text("".join(lines[:-1]) + lines[-1][:20])

    written()

    assert acts_in_journal() == whole
    line = next(index for index, one in enumerate(lines) if "right.revoke" in one)
    lines[line] = json.dumps(json.loads(lines[line]) | {"verb": "right.reinstate"}) + "\n"
    part.write_text("".join(lines))
    with pytest.raises(JournalAltered, match="does not follow the one before it"):
        list(pages.acts_since(0))


def test_from_a_database_older_than_its_journal_nothing_is_served_or_sent(client: Client, settings: Any) -> None:
    declare_texts()
    follow()
    message()
    revoked()
    written()
    one_more_act()

    assert send_due() == 0
    assert list(messages()) == []
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}
    answer = client.get("/login/")
    assert (answer.status_code, "正在恢复较早的数据备份" in answer.content.decode()) == (503, True)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "An older copy" in client.get("/login/").content.decode()
    assert client.get("/healthz").status_code == 200
    assert (readiness()["journal"]["ok"], readiness()["journal"]["behind"]) == (False, True)
    with pytest.raises(DatabaseBehind):
        follow()

    call_command("fence", reason="演练", stdout=io.StringIO())

    written()
    assert readiness()["journal"]["ok"]
    assert set(Message.objects.values_list("state", flat=True)) == {"held"}


def one_more_act() -> None:
    """The journal knows an act that this database does not: as after an older copy was put in its place."""
    (*_others, act) = pages.acts_since(0)
    last = pages.last_round()
    assert last is not None
    pages.add([replace(act, place=replace(act.place, row=act.place.row + 1_000_000))], last.horizon + 1, last)
