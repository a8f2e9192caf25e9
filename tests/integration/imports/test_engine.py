"""A list is read, checked and applied piece by piece: nothing before a person agrees, nothing twice, whoever dies on the way."""

import pytest
from django.db import connection
from django.db.models.functions import Now

from clinics.imports import apply, check, housekeeping, jobs, lease, work
from clinics.imports.chunks import ROWS
from clinics.imports.kinds import Outcome
from clinics.imports.progress import first_faults
from clinics.imports.queries import import_seen_by, imports_of
from clinics.imports.states import ImportStatus
from clinics.models import ImportChunk, ImportJob, Post
from permissions.models import User
from permissions.roles import Role
from tests.cast import acting_as
from tests.cast_clinics import a_centre, a_post, today
from tests.cast_imports import STAFF, a_text, a_workbook, applied, checked, counts, district, fresh, manager_of, received, worked
from vault.audit.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone: nothing after this runs, not even what catches exceptions."""


def staff_rows(place: str, number: int, start: int = 0) -> list[tuple[str, ...]]:
    return [(f"王{chr(0x4E00 + n)}", f"137{n:08d}", place, "家庭医生", "", "主治医师", "") for n in range(start, start + number)]


def people_like(start: str = "137") -> int:
    return sum(user.phone.startswith(start) for user in User.objects.all())


def test_nothing_is_written_before_a_person_agrees():
    centre, by = a_centre(), district()

    job = checked(a_workbook([STAFF, *staff_rows(centre.name, 3)]), by)

    assert (job.status, counts(job), job.total, job.checked) == ("checked", (3, 0, 0, 0), 3, 3)
    assert job.content == ""
    assert people_like() == 0


def test_what_was_agreed_is_applied_and_what_was_read_is_forgotten():
    centre, by = a_centre(), district()

    job = applied(a_workbook([STAFF, *staff_rows(centre.name, 3)]), by)

    assert (job.status, job.created, job.updated, job.left_out, job.applied) == ("applied", 3, 0, 0, 3)
    assert Post.objects.live().filter(institution=centre, kind=Role.FAMILY_DOCTOR, title="attending").count() == 3
    assert not ImportChunk.objects.exists()
    verbs = list(AuditEntry.objects.filter(kind="import").order_by("id").values_list("verb", flat=True))
    assert verbs == ["import.receive", "import.confirm", "import.apply"]


def test_the_same_file_a_second_time_changes_nothing():
    centre, by = a_centre(), district()
    data = a_workbook([STAFF, *staff_rows(centre.name, 3)])
    first = applied(data, by)

    second = checked(data, by)

    assert (counts(second), second.earlier) == ((0, 0, 3, 0), first)
    with pytest.raises(Refusal) as refusal:
        jobs.confirm(second, leave_out_faulty=True, by=by, expected_version=second.version)
    assert refusal.value.code == "nothing_to_import"
    assert people_like() == 3


def test_the_same_file_while_it_is_open_is_the_same_import():
    centre, by = a_centre(), district()
    data = a_workbook([STAFF, *staff_rows(centre.name, 1)])

    assert received(data, by).pk == received(data, by).pk
    assert received(data, by).pk != received(data, by, kind="institutions").pk


def test_faulty_rows_are_left_out_only_when_a_person_says_so():
    centre, by = a_centre(), district()
    rows = [*staff_rows(centre.name, 2), ("王三", "1370000", centre.name, "家庭医生", "", "", "")]
    job = checked(a_workbook([STAFF, *rows]), by)

    with pytest.raises(Refusal) as refusal:
        jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)
    assert [one.field for one in refusal.value.violations] == ["leave_out_faulty"]
    assert (fresh(job).status, people_like()) == ("checked", 0)

    done = worked(jobs.confirm(job, leave_out_faulty=True, by=by, expected_version=job.version))
    assert (done.created, done.left_out) == (2, 1)
    (fault,) = first_faults(done)
    assert (fault["row"], fault["field"], fault["value"]) == (4, "phone", "1370000")


def test_an_import_is_confirmed_once():
    centre, by = a_centre(), district()
    job = checked(a_workbook([STAFF, *staff_rows(centre.name, 1)]), by)
    jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)

    for version in (job.version, job.version + 1):
        with pytest.raises(Refusal) as refusal:
            jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=version)
        assert refusal.value.code == "stale_state"
    with pytest.raises(Refusal) as refusal:
        jobs.discard(fresh(job), by=by, expected_version=fresh(job).version)
    assert refusal.value.code == "stale_state"


@pytest.mark.parametrize("status", ["received", "checked"])
def test_a_list_thrown_away_leaves_nothing(status: str):
    centre, by = a_centre(), district()
    data = a_workbook([STAFF, *staff_rows(centre.name, 1)])
    job = received(data, by) if status == "received" else checked(data, by)

    done = jobs.discard(job, by=by, expected_version=job.version)

    assert fresh(done).status == "discarded"
    assert (fresh(done).content, ImportChunk.objects.count(), people_like()) == ("", 0, 0)
    assert worked(job).status == "discarded"


def test_a_list_is_seen_only_by_whoever_uploaded_it_in_the_same_part():
    centre, by = a_centre(), district()
    job = checked(a_workbook([STAFF, *staff_rows(centre.name, 1)]), by)
    other_part = a_post(by.user, centre, Role.MANAGER)

    for other in (district(), manager_of(centre), acting_as(by.user, other_part)):
        assert not imports_of(other).exists()
        with pytest.raises(Refusal) as refusal:
            import_seen_by(other, job.public_id)
        assert refusal.value.code == "not_found"
    assert import_seen_by(by, job.public_id) == job


@pytest.mark.parametrize("kind", ["nonsense", ""])
def test_an_unknown_kind_is_refused(kind: str):
    with pytest.raises(Refusal) as refusal:
        received(b"x", district(), kind=kind)

    assert refusal.value.violations[0].field == "kind"
    assert not ImportJob.objects.exists()


def test_a_manager_does_not_import_institutions():
    with pytest.raises(Refusal) as refusal:
        received(b"x", manager_of(a_centre()), kind="institutions")

    assert refusal.value.code == "not_allowed"
    assert not ImportJob.objects.exists()


def test_a_manager_whose_post_ended_applies_nothing_any_more():
    centre = a_centre()
    by = manager_of(centre)
    job = checked(a_workbook([STAFF, *staff_rows("", 2)]), by)
    jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)
    Post.objects.filter(pk=by.post.pk).update(valid_to=Now())

    done = worked(job)

    assert (done.status, done.problem, done.created, people_like()) == ("stopped", "part_ended", 0, 0)
    assert not ImportChunk.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_with_a_reason():
    job = checked(b"%PDF-1.7 ...", district())

    assert (job.status, job.problem, job.content) == ("refused", "not_a_list", "")


def killed_at(monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int) -> None:
    """The worker dies when it comes to this function for the n-th time."""
    real, calls = getattr(module, name), iter(range(1, 10_000))

    def deadly(*args: object, **kwargs: object) -> object:
        if next(calls) == call:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, deadly)


def dies_then_goes_on(job: ImportJob, monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int) -> ImportJob:
    """One worker is killed, holding its lease; the next one comes when the lease has run out."""
    with monkeypatch.context() as moment:
        killed_at(moment, module, name, call)
        moment.setattr(work, "release", lambda *_held: None)  # the dead give nothing back
        with pytest.raises(Killed):
            work.work(job.public_id, today=today())
    assert worked(job).status == fresh(job).status
    ImportJob.objects.filter(pk=job.pk).update(lease_until=Now() - lease.LEASE)
    return worked(job)


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_worker_killed_while_reading_leaves_no_row_out_and_none_twice(monkeypatch: pytest.MonkeyPatch, call: int):
    centre, by = a_centre(), district()
    job = received(a_text([STAFF, *staff_rows(centre.name, 2 * ROWS + 7)]), by)

    job = dies_then_goes_on(job, monkeypatch, work, "packed_rows", call)

    assert (job.status, job.total, counts(job)) == ("checked", 2 * ROWS + 7, (2 * ROWS + 7, 0, 0, 0))
    assert sum(ImportChunk.objects.values_list("rows", flat=True)) == 2 * ROWS + 7


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_worker_killed_while_checking_still_finds_what_rows_have_in_common(monkeypatch: pytest.MonkeyPatch, call: int):
    centre, by = a_centre(), district()
    rows = staff_rows(centre.name, 2 * ROWS + 7)
    job = received(a_text([STAFF, *rows, rows[3]]), by)

    job = dies_then_goes_on(job, monkeypatch, check, "packed_results", call)

    assert (job.status, job.checked, counts(job)) == ("checked", 2 * ROWS + 8, (2 * ROWS + 7, 0, 0, 1))
    (fault,) = first_faults(job)
    assert (fault["row"], fault["field"]) == (2 * ROWS + 9, "phone")


@pytest.mark.parametrize("call", [1, 2])
def test_a_worker_killed_while_applying_applies_nothing_twice(monkeypatch: pytest.MonkeyPatch, call: int):
    centre, by = a_centre(), district()
    monkeypatch.setattr(work, "ROWS", 5)
    job = checked(a_text([STAFF, *staff_rows(centre.name, 12)]), by)
    job = jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)

    job = dies_then_goes_on(job, monkeypatch, apply, "packed_results", call)

    assert (job.status, job.created, job.applied, people_like()) == ("applied", 12, 12, 12)
    assert AuditEntry.objects.filter(verb="enrol").count() == 12


def test_a_worker_that_lost_its_lease_writes_nothing(monkeypatch: pytest.MonkeyPatch):
    centre, by = a_centre(), district()
    job = checked(a_text([STAFF, *staff_rows(centre.name, 3)]), by)
    job = jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)
    slow = lease.claim(job.public_id)
    assert slow is not None
    ImportJob.objects.filter(pk=job.pk).update(lease_until=Now() - lease.LEASE)
    assert worked(job).status == "applied"

    with pytest.raises(lease.LeaseLost):
        work._get_on(slow, today())

    assert people_like() == 3


def test_one_import_runs_at_a_time_and_the_sweep_finds_the_next(monkeypatch: pytest.MonkeyPatch):
    centre, by = a_centre(), district()
    first = received(a_text([STAFF, *staff_rows(centre.name, 1)]), by)
    second = received(a_text([STAFF, *staff_rows(centre.name, 2)]), by)
    woken: list[object] = []
    monkeypatch.setattr(work, "wake", woken.append)
    lease.claim(first.public_id)

    assert worked(second).status == "received"
    assert woken == []
    ImportJob.objects.filter(pk=first.pk).update(lease_until=Now() - lease.LEASE)
    work.sweep()

    assert woken == [first.public_id]


def test_an_import_that_never_gets_on_is_given_up(monkeypatch: pytest.MonkeyPatch):
    job = received(a_text([STAFF, *staff_rows("x", 1)]), district())
    monkeypatch.setattr(work, "read", lambda *_given: 1 / 0)

    for _attempt in range(work.MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            work.work(job.public_id, today=today())
    job = worked(job)

    assert (job.status, job.problem, job.content) == ("refused", "stuck", "")


def test_lists_of_last_week_are_forgotten_and_the_undecided_thrown_away():
    centre, by = a_centre(), district()
    rows = [*staff_rows(centre.name, 1), ("王三", "1370000", centre.name, "家庭医生", "", "", "")]
    done = applied(a_workbook([STAFF, *rows]), by, leave_out_faulty=True)
    waiting = checked(a_workbook([STAFF, *staff_rows(centre.name, 4)]), by)
    assert ImportChunk.objects.filter(job=done).count() == 1

    assert housekeeping.forget(done.created_at + housekeeping.KEPT / 2) == 0
    assert housekeeping.forget(waiting.created_at + 2 * housekeeping.KEPT) == 2

    assert not ImportChunk.objects.exists()
    assert [fresh(done).status, fresh(waiting).status] == ["applied", "discarded"]
    assert housekeeping.forget(waiting.created_at + 2 * housekeeping.KEPT) == 0


def test_only_the_faulty_rows_stay_after_applying():
    centre, by = a_centre(), district()
    rows = [*staff_rows(centre.name, 3), ("王三", "1370000", centre.name, "家庭医生", "", "", "")]

    job = applied(a_workbook([STAFF, *rows]), by, leave_out_faulty=True)

    (chunk,) = ImportChunk.objects.filter(job=job)
    assert chunk.rows == 1
    assert "1370000" in chunk.content
    assert "13700000001" not in chunk.content


def test_what_was_read_lies_encrypted():
    centre, by = a_centre(), district()
    checked(a_workbook([STAFF, *staff_rows(centre.name, 1)]), by)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content, results FROM clinics_importchunk")
        held = [bytes(one) for row in cursor.fetchall() for one in row]

    assert all("王".encode() not in one and b"13700000000" not in one for one in held)


def test_the_states_of_a_list_are_all_walked_or_final():
    assert set(ImportStatus) == set(ImportJob.STATES.states)
    assert {outcome.value for outcome in Outcome} == {"create", "update", "unchanged", "faulty"}
