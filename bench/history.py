"""A district that has booked for years: so many past bookings with everybody and everything behind them, and referrals to book now.

One of each is made by the product itself and cloned. Rows a real day would add with its own hands go in as the owner of the
machine does it: with triggers asleep and indexes away, so that a million bookings take minutes. Checks hold throughout; unique keys and
foreign keys are looked at when all rows are there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bench import clones
from bench.aside import aside

SQL, KEPT = Path(__file__).with_name("past.sql"), Path(__file__).with_name("past_kept.sql")
MORE = ("vault_event", "referral_breach", "referral_bookingban")  # filled beside the tables of the clones
BASE, AHEAD = 10_000_000, 20_000_000  # where the keys of the past begin, and those of referrals and places to book
PER_HUNDRED = 21  # residents behind a hundred bookings
CENTRES, TEAM = 15, 2  # doctors in a team
HOSPITALS, SERVICES = 8, 14  # a million bookings need so many services: one session of each in a half-day
AHEAD_SERVICES, AHEAD_DAYS = 60, 7
SUBJECTS = ("03.01", "03.02", "03.05", "04.01", "04.05", "05.01")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", ("秀英", "建国", "桂兰", "志强", "淑珍", "德明", "玉梅", "文华", "凤霞", "永福")
ASLEEP = "SET session_replication_role = replica;\n"


@dataclass(frozen=True)
class Draft:
    """A referral to book and a place for it; `doctor` is the number of the doctor whose resident it is."""

    referral: UUID
    pool_slot: UUID
    doctor: int


@dataclass
class History:
    """A database with one of everything to clone, and how far the cloning went."""

    server: Any
    doctors: list[Any]
    one: clones.Prototypes
    bookings: int = 0
    drafted: int = 0
    places: int = 0

    @property
    def residents(self) -> int:
        """How many residents stand behind the bookings so far."""
        return self.bookings // 100 * PER_HUNDRED

    def grow(self, bookings: int, database: str = "referral") -> None:
        """Promise this many past bookings in all, a multiple of eight hundred, that keep every rule, in a database come to rest."""
        first, half_day = self.bookings, "pm" if self.bookings else "am"
        before, self.bookings = self.residents, bookings
        text = clones.people(self.one, before, self.residents, BASE) + clones.past(self.one, BASE, half_day)
        numbers = {"first": first, "last": bookings, "base": BASE, "uuid": clones.UUID7, "clones": text}
        with aside(self.server, database, (*self.one.row, *MORE)):
            self.server.sql(SQL.read_text().format(**numbers), database)
        self.server.sql("VACUUM (ANALYZE);\nCHECKPOINT;", database)
        broken = self.server.sql(KEPT.read_text(), database).strip()
        if broken:
            raise SystemExit(f"The past breaks rules: {broken}")

    def open(self, places: int, room: int, database: str = "referral") -> None:
        """Promise so many bands ahead, each with room for so many."""
        bands = f"""(SELECT {AHEAD} + s AS id, current_date + 3 + (s / {AHEAD_SERVICES})::int AS day, {room} AS room, 0 AS taken,
                              'am' AS half_day, p.*
                       FROM generate_series(0, {places} - 1) AS s JOIN bench_ahead AS p ON p.place = s % {AHEAD_SERVICES}) AS band"""
        assert places <= AHEAD_SERVICES * AHEAD_DAYS
        self.server.sql(ASLEEP + clones.bands_of(self.one, bands), database)
        self.places = places

    def drafts(self, number: int, database: str = "referral") -> list[Draft]:
        """So many referrals, each of a resident for whom nobody drafted yet, and a place for each; the same in every copy."""
        first, last = self.drafted, self.drafted + number
        assert last <= self.residents, "more drafts than residents"
        asked = f"""SELECT r.public_id, s.public_id, d.doctor FROM referral_referral r JOIN bench_doctor d ON d.post = r.post_id
                      JOIN reserved_pools_poolslot s ON s.id = {AHEAD} + r.id % {self.places}
                     WHERE r.id >= {AHEAD + first} AND r.id < {AHEAD + last} ORDER BY r.id;"""
        said = self.server.sql(ASLEEP + clones.drafts(self.one, first, last, BASE, AHEAD, self.residents) + asked, database)
        self.drafted = last
        rows = (line.split("|") for line in said.split())
        return [Draft(UUID(referral), UUID(slot), int(doctor)) for referral, slot, doctor in rows]


def founded(server: Any, cast: Any) -> History:
    """The cast's district with more centres and hospitals, and one booking by its doctor to clone."""
    from referral.booking.book import book

    place, referral = cast.place(), cast.referral()
    book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    doctors = staff(cast)
    tables(server, cast, doctors)
    return History(server, doctors, clones.prototypes(server, keys_of(referral, place)))


def keys_of(referral: Any, place: Any) -> dict[str, int]:
    """The rows behind one booking, by table."""
    from vault.models import AuditEntry, IdempotencyKey, Message

    booking, patient = referral.bookings.get(), referral.patient
    rows = [
        referral, booking, patient, patient.identifiers.get(), patient.contracts.get(), referral.encounter, place, place.slot,
        place.slot.session, place.events.get(move="claimed"), AuditEntry.objects.get(object_id=booking.public_id),
        Message.objects.get(about=booking.public_id), IdempotencyKey.objects.get(result_id=booking.public_id),
    ]  # fmt: skip
    return {row._meta.db_table: row.pk for row in rows}


def staff(cast: Any) -> list[Any]:
    """Doctors who refer, some in each of several centres, in their team."""
    from django.db import transaction

    from clinics.mirror import mirror
    from clinics.models import AllianceMember
    from referral.patients.models import CareTeam
    from tests.cast import acting_as
    from tests.cast_referral import institution, referring_post

    alliance, found = cast.zhou.right.target_grants.get().alliance, []
    with transaction.atomic():
        for centre in range(CENTRES):
            named = (f"第{centre}社区卫生服务中心", f"{centre}中心")
            unit = institution(cast.district, *named, kind="centre", level="9", phone="010-82000000")
            AllianceMember.objects.create(alliance=alliance, institution=unit)
            team = CareTeam.objects.create(institution=unit, name=f"第{centre}团队")
            posts = [referring_post(f"医生{centre}{nth}", unit, cast.admin, alliance) for nth in range(TEAM)]
            team.doctors.add(*(post.user for post in posts))
            mirror([post.user_id for post in posts])
            found += [acting_as(post.user, post) for post in posts]
    return found


def tables(server: Any, cast: Any, doctors: list[Any]) -> None:
    """What the statements look up: doctors, places of the past, places ahead, names; in tables of the measurement's own."""
    from permissions.identity.pinyin import search_keys

    past = [service for nth in range(HOSPITALS) for service in services(cast, nth, SUBJECTS, SERVICES)]
    ahead = services(cast, HOSPITALS, ("06.01",), AHEAD_SERVICES)
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    teams = {post.institution_id: post.institution.care_teams.get().pk for post in (one.post for one in doctors)}
    said = {
        "bench_doctor (doctor, post, post_public, right_id, centre, team, person, actor)": [
            (nth, one.post.pk, one.post.public_id, one.post.right_id, one.post.institution_id, teams[one.post.institution_id], one.user.pk,
             one.user.public_id)
            for nth, one in enumerate(doctors)
        ],
        "bench_place (place, hospital, department, service, code)": [row(nth, one) for nth, one in enumerate(past)],
        "bench_ahead (place, hospital, department, service, code)": [row(nth, one) for nth, one in enumerate(ahead)],
        "bench_name (nth, name, grams)": [(nth, name, "{" + ",".join(search_keys(name)) + "}") for nth, name in enumerate(names)],
    }  # fmt: skip
    server.sql(MADE + "".join(inserted(table, rows) for table, rows in said.items()), "referral")


MADE = """
CREATE TABLE bench_doctor (
    doctor bigint, post bigint, post_public uuid, right_id bigint, centre bigint, team bigint, person bigint, actor uuid
);
CREATE TABLE bench_place (place bigint, hospital bigint, department bigint, service bigint, code text);
CREATE TABLE bench_ahead (LIKE bench_place);
CREATE TABLE bench_name (nth bigint, name text, grams text[]);
"""


def row(nth: int, service: Any) -> tuple[Any, ...]:
    """A service as the tables of places hold it."""
    return nth, service.institution_id, service.department_id, service.pk, service.department.standard_code


def inserted(table: str, rows: list[tuple[Any, ...]]) -> str:
    """An INSERT of these plain values."""
    values = ",".join("(" + ",".join(f"'{value}'" for value in one) + ")" for one in rows)
    return f"INSERT INTO {table} VALUES {values};\n"


def services(cast: Any, nth: int, subjects: tuple[str, ...], number: int) -> list[Any]:
    """One more hospital of the alliance with these departments and so many services in each."""
    from clinics.models import AllianceMember, Department, Service
    from tests.cast_referral import institution

    house = institution(cast.district, f"第{nth}医院", f"{nth}医院", pickup_place="门诊楼一层2号窗口")
    AllianceMember.objects.create(alliance=cast.zhou.right.target_grants.get().alliance, institution=house)
    departments = Department.objects.bulk_create(Department(institution=house, standard_code=code, name=f"科室{code}") for code in subjects)
    return Service.objects.bulk_create(
        Service(institution=house, department=one, name=f"门诊{serial}", title="attending")
        for one in departments
        for serial in range(number)
    )
