"""Chinese pages show no Latin word outside a list; English pages show no Chinese but people's own words and quotations."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.criteria.judging import Head, Line
from clinics.criteria.life import hand_in
from clinics.criteria.write import begin_set
from clinics.models import (
    Alliance,
    ClinicSession,
    CriteriaSet,
    Department,
    Institution,
    PolicyRow,
    PolicySetChoice,
    PolicySimulation,
    Post,
    Practitioner,
    RightDispute,
    Service,
    SessionTemplate,
)
from clinics.offers.offers import offer_service
from clinics.offers.practitioner_reading import Doctor
from clinics.offers.practitioners import enter_practitioner
from clinics.offers.reading import Item, Offer
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import Scope
from clinics.policy.sets import SETS, XICHENG
from clinics.policy.sets_judging import NewChoice
from clinics.policy.sets_life import enter_choice
from clinics.timetables.calendar_days import DayWords, set_day
from clinics.timetables.weekly import Wish
from clinics.timetables.weekly import enter as enter_half_day
from clinics.watch import disputes, suspension
from permissions.acting import Acting
from permissions.factors import dormancy
from permissions.models import District, User
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.contract_life import Ending, end_contract
from referral.patients.models import CareTeam, Encounter, Patient
from referral.review.questions import ask
from referral.supervision.simulate import simulate
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.band_blocks import block
from tests.cast import a_role, a_session, a_user, acting_as, sign_in
from tests.cast_clinics import a_post
from tests.cast_referral import BONES
from tests.database import as_owner
from tests.integration.language.reading import words_of
from tests.integration.pages.scene import Scene, scene

pytestmark = pytest.mark.django_db(transaction=True)
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ALLOWED = {"PDF", "SMS", "QR"}
STATIC = ("/login/", "/login/other/", "/r/", "/dev/inbox/", "/nothing/here/")


@pytest.fixture
def day() -> Scene:
    """A day with a draft, a booking, a visit to record, and somebody of every role."""
    made = scene()
    for one in Service.objects.all():
        Service.objects.filter(pk=one.pk).update(name=f"S{one.pk}")  # their names are codes of the scene
    booked(made)
    return made


def booked(day: Scene) -> Booking:
    """Another referral of 陈秀兰, booked for a later day in another department."""
    referral = day.world.referral(day.chen, encounter=day.world.encounter(day.chen))
    place = PoolSlot.objects.with_remaining().filter(standard_code=BONES, remaining__gt=0, slot__session__status="planned").last()
    booking = book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key="k", by=day.world.doctor)
    return Booking.objects.get(public_id=booking)


def pages(day: Scene) -> Iterator[tuple[User | None, Post | None, str]]:
    """Who opens which page."""
    booking = Booking.objects.get()
    chen, draft = day.chen.public_id, day.draft.public_id
    doctor = [reverse("home"), reverse("patients"), reverse("patients") + "?q=zzz", reverse("referrals")]
    doctor += [reverse("patient_new"), reverse("availability"), reverse("returns"), reverse("sessions"), reverse("factor")]
    doctor += [reverse("patient", args=[chen]), reverse("referral_new", args=[chen])]
    doctor += [reverse(name, args=[draft]) for name in ("referral", "referral_edit", "book")]
    doctor += [reverse("referral", args=[booking.referral.public_id])]
    doctor += [reverse(name, args=[booking.public_id]) for name in ("booking_done", "booking_cancel", "booking_move")]
    doctor += [reverse("booking_resend")]
    yield from ((day.world.zhou.user, day.world.zhou, address) for address in doctor)
    others = {
        Role.WINDOW_CLERK: "arrivals",
        Role.RECEIVING_DOCTOR: "visits",
        Role.MANAGER: "returns",
        Role.COORDINATOR: "availability",
    }
    more = ((Role.COORDINATOR, "hospital_bookings"), (Role.WINDOW_CLERK, "booking_resend"))
    for role, address in (*others.items(), *more):
        place = day.world.centre if role is Role.MANAGER else day.world.hospital
        user = a_user(role.value[0].upper())
        post = Post.objects.create(user=user, institution=place, kind=role, valid_from=timezone.now())
        yield user, post, reverse(address)
    admin = a_user("A")
    a_role(admin, Role.DISTRICT_ADMIN)
    yield from ((admin, None, address) for address in (reverse("rights"), reverse("right", args=[day.world.zhou.right.public_id])))
    yield from offices(admin)
    yield from watching(day, admin)
    yield from keepers(day)
    yield from helped(admin)
    yield from ruling(day, admin)
    yield from offering(day, admin)
    yield from weeks(day)
    yield from reviewing(day)
    yield from ((None, None, address) for address in STATIC)


def reviewing(day: Scene) -> Iterator[tuple[User | None, Post | None, str]]:
    """The hospital's review of the booked referral, and what its doctor amends and answers."""
    booking, zhou = Booking.objects.get(), day.world.zhou
    case, place = booking.referral.public_id, day.world.hospital
    post = Post.objects.create(user=a_user("V"), institution=place, kind=Role.RECEIVING_DOCTOR, valid_from=timezone.now())
    addresses = [reverse("review"), f"{reverse('review')}?state=all", f"{reverse('review')}?state=returned", f"{reverse('review')}?q=zzz"]
    addresses += [reverse(name, args=[case]) for name in ("review_case", "review_redirect", "review_return")]
    yield from ((post.user, post, address) for address in addresses)
    yield from ((zhou.user, zhou, reverse(name, args=[case])) for name in ("referral_amend", "referral_versions"))
    ask(case, "N 1", expected_version=Referral.objects.get(public_id=case).version, by=acting_as(post.user, post))
    yield post.user, post, f"{reverse('review_case', args=[case])}?asked"
    yield from ((zhou.user, zhou, address) for address in (reverse("referral_answer", args=[case]), f"{reverse('home')}?asked"))


def helped(admin: User) -> Iterator[tuple[User | None, Post | None, str]]:
    """How the district lets people in again: one act done, one that waits for a second person."""
    person, holder = a_user("P"), a_user("H")
    a_role(holder, Role.AUDIT_ADMIN)
    for one in (person, holder):
        dormancy.prove_again(one.public_id, ground="letter", note="N 1", by=acting_as(admin))
        yield admin, None, reverse("person_access", args=[one.public_id])


def offering(day: Scene, admin: User) -> Iterator[tuple[User | None, Post | None, str]]:
    """A hospital's doctors and services of every kind: lists, pages and forms, one doctor gone and one service ended."""
    place, by, room = day.world.hospital, acting_as(admin), day.world.department().public_id
    given = Doctor("D", "1", department=room, title="chief", phone="13900008888", left_on=timezone.localdate())
    one = Practitioner.objects.filter(institution=place).first() or enter_practitioner(place, given, by=by)
    least: dict[str, dict[str, Any]] = {
        "clinic": {"slot_class": "disease", "title": "chief", "disease": "H"}, "exam": {"preparation": "N"},
        "check_up": {"code": "1", "fee": Decimal(9), "items": (Item("I", "2", Decimal(3)),)},
        "day_surgery": {"fee": Decimal(9), "eligibility": "E"},
        "bed": {"code": "3", "places_per_day": 3, "active_to": timezone.localdate() + timedelta(days=900)},
    }  # fmt: skip
    for kind, fields in least.items():
        held = Service.objects.filter(institution=place, name="S", kind=kind).first()
        made = held or offer_service(place, Offer(kind, room, name="S", **fields), by=by)
        yield from ((admin, None, reverse(name, args=[made.public_id])) for name in ("service", "service_edit"))
        yield admin, None, f"{reverse('service_new')}?institution={place.public_id}&kind={kind}"
    yield from ((admin, None, reverse(name)) for name in ("services", "practitioners", "service_new", "practitioner_new"))
    yield admin, None, f"{reverse('practitioner_new')}?institution={place.public_id}"
    yield from ((admin, None, reverse(name, args=[one.public_id])) for name in ("practitioner", "practitioner_edit"))
    yield admin, None, f"{reverse('practitioners')}?presence=left"
    yield from ((admin, None, f"{reverse(name)}?q=zzz") for name in ("services", "practitioners"))


def ruling(day: Scene, admin: User) -> Iterator[tuple[User | None, Post | None, str]]:
    """The regulation's values and the working calendar: a value that waits, every kind of input, a year with days that differ."""
    now, by = timezone.localdate(), acting_as(admin)
    for key, value in (("reserved_share", "0.40"), ("booking_cutoff", "14:00")):
        new = NewRow(Scope(day.world.district), value, now + timedelta(days=400), "N 1")
        row = PolicyRow.objects.filter(parameter=key).first() or enter(parameter_named(key), new, today=now, by=by)
        yield admin, None, reverse("policy_row", args=[row.public_id])
    day_off = now + timedelta(days=1)
    set_day(day_off, DayWords(True, 3, "H", "N 2"), institution=None, today=now, by=by)
    keys = ("reserved_share", "reserved_share_base", "exempt_classes", "booking_cutoff", "limit_per_day", "general_without_cap")
    addresses = [reverse("policy"), reverse("policy_drafts"), *(reverse("policy_value", args=[key]) for key in keys)]
    addresses += [reverse("calendar"), f"{reverse('calendar')}?day={day_off}", f"{reverse('calendar')}?year={now.year + 3}"]
    chosen = NewChoice(XICHENG, frozenset({"booking_cutoff"}), now + timedelta(days=300), "N 3", knows_draft=True)
    choice = PolicySetChoice.objects.filter(document=XICHENG.key).first() or enter_choice(chosen, today=now, by=by)
    run = PolicySimulation.objects.first() or simulate(XICHENG, (), days=30, from_day=None, is_alone=True, today=now, by=by)
    addresses += [reverse("policy_sets"), f"{reverse('policy_sets')}?q=zzz", *(reverse("policy_set", args=[key]) for key in SETS)]
    addresses += criteria_addresses(now, by)
    addresses += [reverse("policy_choice", args=[choice.public_id]), reverse("policy_simulation", args=[run.public_id])]
    yield from ((admin, None, address) for address in addresses)


def criteria_addresses(now: date, by: Acting) -> list[str]:
    """Lists of criteria: none yet is the page itself elsewhere; a draft with a line, one that waits, and the next version."""
    day, line = now + timedelta(days=200), Line("D", "I10-I15", "up", "T 1", "T 2")
    draft = CriteriaSet.objects.filter(title="C 1").first() or begin_set(Head("C 1", "N 4", day), [line], today=now, by=by)
    waiting = CriteriaSet.objects.filter(title="C 2").first()
    if waiting is None:
        waiting = begin_set(Head("C 2", "N 5", day), [line], today=now, by=by)
        hand_in(waiting, today=now, expected_version=1, by=by)
    first = draft.lines.get()
    named = [reverse("criteria_set", args=[one.public_id]) for one in (draft, waiting)]
    named += [reverse("criteria_copy", args=[draft.public_id]), reverse("criterion", args=[first.public_id])]
    return [*named, reverse("criteria"), reverse("criteria_new")]


def offices(admin: User) -> Iterator[tuple[User | None, Post | None, str]]:
    """The offices of the district and their home pages, with somebody waiting, somebody to close and a session to end."""
    keeper, waiting = a_user("K"), a_user("W")
    office = a_role(keeper, Role.SYSTEM_ADMIN)
    a_role(waiting, Role.PLATFORM_OPERATOR, confirmed=False, entered_by=admin)
    yield from ((admin, None, address) for address in (reverse("administrators"), reverse("administrator", args=[office.public_id])))
    yield admin, None, reverse("duties")
    yield from ((keeper, None, address) for address in (reverse("accounts"), reverse("account", args=[admin.public_id])))
    session = a_session(admin, client="Edge, Windows")[0]
    for role, address in (
        (Role.SECURITY_ADMIN, reverse("live_sessions")),
        (Role.SECURITY_ADMIN, reverse("live_session", args=[session.public_id])),
        (Role.AUDIT_ADMIN, reverse("trail")),
        (Role.PLATFORM_OPERATOR, reverse("platform")),
    ):
        user = a_user("O")
        a_role(user, role)
        yield user, None, address
    newcomer = a_user("N", duties=False)
    a_role(newcomer, Role.AUDIT_ADMIN)
    yield newcomer, None, reverse("duties")


def keepers(day: Scene) -> Iterator[tuple[User | None, Post | None, str]]:
    """A centre's manager at the pages of residents: one with a contract, one whose contract was ended, one without any."""
    user = a_user("M")
    post = a_post(user, day.world.centre, Role.MANAGER)
    signed, left, unsigned = day.chen, day.world.patient("L"), day.world.patient("U", contract=False)
    contract, over = signed.contracts.get(), left.contracts.get()
    end_contract(over.public_id, Ending("resident", timezone.localdate()), by=acting_as(user, post), today=timezone.localdate())
    addresses = [reverse(name) for name in ("residents", "resident_move", "care_teams")]
    addresses += [reverse("residents") + "?standing=none", reverse("residents") + "?q=zzz"]
    addresses += [reverse("resident_page", args=[one.public_id]) for one in (signed, left, unsigned)]
    addresses += [reverse(name, args=[signed.public_id]) for name in ("resident_correct", "contract_new")]
    addresses += [reverse(name, args=[contract.public_id]) for name in ("contract_renew", "contract_end")]
    yield from ((user, post, address) for address in (*addresses, reverse("care_team", args=[day.world.team.public_id])))
    yield day.world.zhou.user, day.world.zhou, reverse("patient", args=[unsigned.public_id])


def watching(day: Scene, admin: User) -> Iterator[tuple[User | None, Post | None, str]]:
    """What the district, a manager and a hospital's coordinator watch: a suspended centre, an open dispute, doctors to attest."""
    zhou, shen, centre = day.world.zhou, day.world.shen, day.world.centre
    coordinator, manager = a_post(a_user("C"), day.world.hospital, Role.COORDINATOR), a_post(a_user("M"), centre, Role.MANAGER)
    by = acting_as(coordinator.user, coordinator)
    known = RightDispute.objects.filter(right=shen.right).first()
    dispute = known or disputes.dispute(shen.right, day.world.hospital, reason="left", by=by)
    down = Institution.objects.create(district=centre.district, kind="centre", name="S", short_name="S")
    suspension.suspend(down, by=acting_as(admin), reason="resale", note="2026-11")
    names = [("suspensions", []), ("suspension", [down.public_id]), ("suspension", [centre.public_id]), ("attestation_progress", [])]
    names += [("disputes", []), ("dispute", [dispute.public_id])]
    yield from ((admin, None, reverse(name, args=args)) for name, args in names)
    chosen = f"{reverse('rights_decide')}?right={zhou.right.public_id}&act="
    yield from ((admin, None, chosen + act) for act in ("suspend", "revoke", "extend"))
    yield manager.user, manager, reverse("attestation")
    yield coordinator.user, coordinator, reverse("dispute_new", args=[zhou.right.public_id])
    yield coordinator.user, coordinator, f"{reverse('rights')}?kind="
    balance = [reverse(name) for name in ("compliance", "pools", "pool_shares", "released", "exchange", "exchange_deliveries")]
    balance += [f"{reverse('compliance')}?by={by}&span=month" for by in ("department", "week")]
    yield from ((coordinator.user, coordinator, address) for address in balance)
    yield admin, None, f"{reverse('compliance')}?span=days"


def weeks(day: Scene) -> Iterator[tuple[User | None, Post | None, str]]:
    """A coordinator's timetable, her week, what publishing would make, and a session that was changed."""
    coordinator = a_post(a_user("T"), day.world.hospital, Role.COORDINATOR)
    by, now = acting_as(coordinator.user, coordinator), timezone.localdate()
    ahead = {"service__institution": day.world.hospital, "status": "planned", "date__gt": now + timedelta(days=2)}
    session = ClinicSession.objects.filter(**ahead).select_related("service__institution", "service__department").latest("date", "pk")
    half_days = SessionTemplate.objects.filter(service=session.service)
    template = half_days.first() or enter_half_day(
        day.world.hospital, Wish(session.service.public_id, session.date.isoweekday(), "am", "08:00", "12:00", 24), by=by
    )
    for band in session.slots.filter(is_blocked=False)[:1]:
        block(session, band.public_id, reason="N 3", by=by, expected_version=session.version)
    of_week = f"{reverse('week')}?from={session.date}"
    addresses = [reverse(name) for name in ("week", "timetable", "template_new", "week_publish", "clinic_session_new")]
    addresses += [
        of_week,
        f"{of_week}&slot_class=disease",
        f"{reverse('week_publish')}?from={session.date}&copied_from={now - timedelta(days=now.weekday())}",
    ]
    addresses += [f"{reverse('week_publish')}?from={session.date}", f"{reverse('timetable')}?department={day.world.centre.public_id}"]
    addresses += [reverse("template", args=[template.public_id]), reverse("clinic_session", args=[session.public_id])]
    yield from ((coordinator.user, coordinator, address) for address in addresses)


def read(day: Scene, language: str) -> dict[str, str]:
    """Address → words, for every page, in one language."""
    found = {}
    for user, post, address in pages(day):
        client = Client()
        if user is not None:
            sign_in(client, user, post)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        assert answer.status_code in (200, 404), (address, answer.status_code)
        found[address] = words_of(answer.content.decode())
    return found


def test_a_chinese_page_shows_no_latin_word_outside_the_list(day):
    foreign = {(word, address) for address, words in read(day, "zh-hans").items() for word in LATIN.findall(words) if word not in ALLOWED}

    assert foreign == set()


def test_an_english_page_shows_no_chinese_but_data_and_quotations(day):
    without_chinese_data()

    foreign = {(line, address) for address, words in read(day, "en").items() for line in words.split("\n") if CHINESE.search(line)}

    assert foreign == set()


def without_chinese_data() -> None:
    """Every name and every text people wrote becomes Latin, so that whatever Chinese is left is ours."""
    texts = {
        District: ("name",), Institution: ("name", "short_name", "pickup_place"), Department: ("name",), Alliance: ("name",),
        CareTeam: ("name",), User: ("name",), Patient: ("name",), Encounter: ("note",),
        Referral: ("reason", "impression", "present_history"),
    }  # fmt: skip
    with as_owner():
        for model, fields in texts.items():
            model.objects.update(**{field: Concat(Value("Data "), Cast(F("pk"), TextField())) for field in fields})
