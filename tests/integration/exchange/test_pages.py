"""The coordinator's page of her hospital's system: the address, the secret once, the messages, sending again, and the same by program."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from permissions.models import Session
from referral.exchange import hospital
from tests.cast import sign_in
from tests.cast_stops import Scene
from tests.integration.exchange.scene import a_key, a_system, asked
from tests.integration.language.reading import words_of
from vault.models import AuditEntry
from vault.outbox.budgets import Allowance
from vault.outbox.webhooks import endpoints
from vault.outbox.webhooks.follow import ping
from vault.outbox.webhooks.models import WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
LATIN = re.compile(r"[A-Za-z]{2,}")
URL = "https://127.0.0.1:8443/hook"


@pytest.fixture
def system() -> tuple[Scene, str]:
    return a_system()


@pytest.fixture
def seat(system: tuple[Scene, str]) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["language"] = client.cookies["django_language"] = "en"
    sign_in(client, system[0].coordinator.user, system[0].coordinator.post)
    return client


def opened(cast: Scene) -> WebhookEndpoint:
    with transaction.atomic():
        return endpoints.open_endpoint(cast.world.hospital.public_id, URL, ["booking.booked"])


def test_the_secret_is_shown_once_and_the_change_is_on_record(system: tuple[Scene, str], seat: Client) -> None:
    made = seat.post("/exchange/", {"url": URL, "event": ["booking.booked", "session.stopped"]})
    secret = WebhookEndpoint.objects.get().secret

    assert secret in made.content.decode()
    assert secret not in seat.get("/exchange/").content.decode()
    rotated = seat.post("/exchange/secret/").content.decode()
    assert secret not in rotated and WebhookEndpoint.objects.get().secret in rotated
    assert WebhookEndpoint.objects.get().previous_secret == secret
    assert seat.post("/exchange/", {"url": URL, "event": ["booking.booked"], "version": "2"}).status_code == 302
    assert seat.post("/exchange/", {"url": URL, "event": ["booking.booked"], "version": "2"}).status_code == 409
    assert seat.post("/exchange/test/").status_code == 302
    assert WebhookDelivery.objects.get().type == "endpoint.test"
    assert seat.post("/exchange/end/").status_code == 302
    verbs = AuditEntry.objects.filter(kind="webhook").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["webhook.open", "webhook.rotate", "webhook.change", "webhook.test", "webhook.end"]
    assert not [one for one in AuditEntry.objects.filter(kind="webhook") if "hook" in str(one.details).replace("webhook", "")]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "", "event": ["booking.booked"]}, "url"), ({"url": "http://10.0.0.1/", "event": ["booking.booked"]}, "url"),
        ({"url": "https://169.254.169.254/", "event": ["booking.booked"]}, "url"), ({"url": URL}, "events"),
        ({"url": URL, "event": ["booking.lost"]}, "events"), ({"url": "x" * 600, "event": ["booking.booked"]}, "url"),
        ({"url": "https://甲.example/", "event": ["booking.booked"]}, "url"),
    ],
)  # fmt: skip
def test_bad_input_is_told_beside_its_field_and_nothing_is_made(
    system: tuple[Scene, str], seat: Client, given: dict[str, Any], field: str
) -> None:
    page = seat.post("/exchange/", given)
    told = asked(system[1], "webhooks", "POST", {"url": given["url"], "events": given.get("event", [])})

    assert page.status_code == 400
    assert f'id="e-{field}"' in page.content.decode()
    assert (told.status_code, told.json()["violations"][0]["field"].partition(".")[0]) == (400, field)
    assert WebhookEndpoint.objects.count() == 0


def test_a_screen_left_open_names_no_address(system: tuple[Scene, str], seat: Client) -> None:
    Session.objects.filter(kind="browser").update(proved_at=timezone.now() - timedelta(minutes=20))

    assert seat.post("/exchange/", {"url": URL, "event": ["booking.booked"]}).status_code in (302, 401, 403)
    assert WebhookEndpoint.objects.count() == 0


def test_dead_messages_are_sent_again_one_by_one_or_all_or_let_go_with_a_reason(system: tuple[Scene, str], seat: Client) -> None:
    cast, key = system
    endpoint = opened(cast)
    now = timezone.now()
    for number in range(4):
        WebhookDelivery.objects.create(
            endpoint=endpoint, type="booking.booked", about=endpoint.public_id, source=str(number), body="{}", state="dead", attempts=11,
            settled_at=now, status_code=500, code="answered_no",
        )  # fmt: skip
    one = WebhookDelivery.objects.order_by("pk").first()
    assert one is not None

    assert "4 messages were given up" in seat.get("/exchange/").content.decode()
    assert seat.get("/exchange/deliveries/?state=dead").content.decode().count("Send again") == 4
    seat.post("/exchange/deliveries/", {"act": "resend", "one": str(one.public_id)})
    assert list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True)) == ["waiting", "dead", "dead", "dead"]
    assert seat.post("/exchange/deliveries/", {"act": "drop", "all": "1", "reason": " "}).status_code == 400
    assert seat.post("/exchange/deliveries/", {"act": "resend"}).status_code == 400
    two = [str(each.public_id) for each in WebhookDelivery.objects.order_by("pk")[1:3]]
    assert asked(key, "webhooks/deliveries/resend", "POST", {"deliveries": two}).json() == {"sent_again": 2}
    assert asked(key, "webhooks/deliveries/drop", "POST", {"reason": "接口停用"}).json() == {"dropped": 1}
    assert asked(key, "webhooks/deliveries?state=dropped").json()["results"][0]["reason"] == "接口停用"
    assert seat.get("/exchange/deliveries/?state=nonsense&page=99").status_code == 200


def test_what_belongs_to_another_hospital_looks_like_nothing(system: tuple[Scene, str], seat: Client) -> None:
    cast, _key = system
    endpoint = opened(cast)
    foreign = a_key(cast.other)
    with transaction.atomic():
        delivery = ping(endpoint, timezone.now())

    assert asked(foreign, "webhooks").json()["results"] == []
    assert asked(foreign, "webhooks/secret", "POST").status_code == 404
    assert asked(foreign, "webhooks", "DELETE").status_code == 404
    assert asked(foreign, "webhooks/deliveries").json()["results"] == []
    chosen = {"deliveries": [str(delivery.public_id)]}
    assert asked(foreign, "webhooks/deliveries/resend", "POST", chosen).status_code == 404
    assert asked(foreign, "webhooks/deliveries/drop", "POST", chosen | {"reason": "x"}).status_code == 404
    assert WebhookDelivery.objects.get().state == "waiting"
    clerk = Client()
    sign_in(clerk, cast.clerk.user, cast.clerk.post)
    assert clerk.get("/exchange/").status_code == 403


def test_the_endpoint_by_program_and_the_version_it_was_seen_in(system: tuple[Scene, str]) -> None:
    _cast, key = system
    body = {"url": URL, "events": ["booking.booked"]}

    made = asked(key, "webhooks", "POST", body)
    again = asked(key, "webhooks", "POST", body)
    blind = asked(key, "webhooks", "PUT", body)
    stale = asked(key, "webhooks", "PUT", body, If_Match='W/"9"')
    changed = asked(key, "webhooks", "PUT", {**body, "events": ["places.returned"]}, If_Match='W/"1"')

    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
    assert [one.status_code for one in (again, blind, stale, changed)] == [409, 428, 409, 200]
    assert "secret" not in changed.json() and "secret" not in asked(key, "webhooks").json()["results"][0]
    assert asked(key, "webhooks/test", "POST").status_code == 202
    assert [asked(key, "webhooks", "DELETE").status_code, asked(key, "webhooks", "DELETE").status_code] == [204, 404]


def test_a_system_that_asks_without_pause_is_told_to_wait(system: tuple[Scene, str], monkeypatch: pytest.MonkeyPatch) -> None:
    _cast, key = system
    monkeypatch.setattr(hospital, "OFTEN", (Allowance(2, timedelta(minutes=1)),))

    answers = [asked(key, "services") for _time in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_pages_ask_a_bounded_number_of_questions(seat: Client, system: tuple[Scene, str], django_assert_max_num_queries: Any) -> None:
    opened(system[0])
    for path in ("/exchange/", "/exchange/deliveries/"):
        with django_assert_max_num_queries(24):
            assert seat.get(path).status_code == 200


def test_the_pages_speak_chinese_alone(system: tuple[Scene, str]) -> None:
    cast, _key = system
    endpoint = opened(cast)
    for state, code in (("dead", "no_connection"), ("sent", ""), ("waiting", "timeout")):
        settled = None if state == "waiting" else timezone.now()
        WebhookDelivery.objects.create(
            endpoint=endpoint, type="session.stopped", about=endpoint.public_id, source=state, body="{}", state=state, attempts=2,
            settled_at=settled, code=code,
        )  # fmt: skip
    client = Client()
    sign_in(client, cast.coordinator.user, cast.coordinator.post)

    for path in ("/exchange/", "/exchange/deliveries/"):
        assert LATIN.findall(words_of(client.get(path).content.decode())) == []
