"""The requests and forms of the ways out of a booking, each right in every field."""

from uuid import uuid4

from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_ways_out(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, doctor, cardiologist = stage.ways_out, stage.loop.doctor, stage.loop.cardiologist
    moved, seen = f"/bookings/{held.moving.public_id}/move", f"/bookings/{held.seen.public_id}/fulfil/undo"
    place, next_place = {"pool_slot": str(held.place.public_id)}, {"pool_slot": str(held.direct.public_id), "kind": "next"}
    released = {"reason": "doctor_away", "note": "援外"}
    who = {"name": "陈秀兰", "document_tail": held.tail}
    return [
        Endpoint("bookings_move", "POST", moved, doctor, place, held.moving.version, str(uuid4())),
        Endpoint(
            "bookings_release", "POST", f"/bookings/{held.releasing.public_id}/release", held.by, released, held.releasing.version,
            kinds={"note": "line"},
        ),
        Endpoint("bookings_undo_cancel", "POST", f"/bookings/{held.cancelled.public_id}/cancel/undo", doctor, None, held.cancelled.version),
        Endpoint(
            "bookings_resend", "POST", f"/bookings/{held.resending.public_id}/resend", doctor, who,
            kinds={"name": "line", "document_tail": "line"},
        ),
        Endpoint("bookings_undo_fulfil", "POST", seen, cardiologist, None, held.seen.version),
        Endpoint(
            "bookings_book_next", "POST", f"/bookings/{held.visit.public_id}/next", cardiologist, next_place | {"reason": "四周后复查"},
            key=str(uuid4()), kinds={"reason": "line"},
        ),
    ]  # fmt: skip


def forms_of_ways_out(stage: Stage) -> list[Form]:
    """Every form."""
    held, doctor, cardiologist = stage.ways_out, stage.loop.doctor, stage.loop.cardiologist
    place = {"pool_slot": str(held.place.public_id), "version": str(held.moving.version), "idempotency_key": str(uuid4())}
    key = {"pool_slot": "uuid", "idempotency_key": "key"}
    release = {"reason": "doctor_away", "note": "援外", "version": str(held.releasing.version)}
    again = {"number": held.resending.number, "name": "陈秀兰", "document_tail": held.tail}
    following = {"pool_slot": str(held.direct.public_id), "kind": "next", "reason": "四周后复查", "idempotency_key": str(uuid4())}
    return [
        _form("booking_move", doctor, place, key | VERSION, held.moving.public_id),
        _form("booking_release", held.by, release, {"reason": "choice", "note": "line"} | VERSION, held.releasing.public_id),
        _form("booking_undo_cancel", doctor, {"version": str(held.cancelled.version)}, VERSION, held.cancelled.public_id),
        _form("booking_resend", doctor, again, {"number": "number", "name": "line", "document_tail": "line"}),
        _form("visit_undo", cardiologist, {"version": str(held.seen.version)}, VERSION, held.seen.public_id),
        _form("next_visit", cardiologist, following, key | {"kind": "choice", "reason": "line"}, held.visit.public_id),
    ]
