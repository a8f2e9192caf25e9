"""The requests and forms of balancing reserved places, each right in every field."""

from reserved_pools.resizing import version_of
from tests.cast_balance import left_in, places_in
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_balance(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held = stage.balanced
    seen = {"reserved": places_in(held.monday), "left": left_in(held.monday)}
    moving = {"from_session": str(held.monday.public_id), "to_session": str(held.wednesday.public_id), "places": 1} | seen
    taking = {"date": held.closed.date.isoformat(), "up_to": held.last, "institution": str(held.hospital.public_id)}
    pool = f"/pools/{held.pool.public_id}"
    return [
        Endpoint("pools_set", "PUT", pool, held.by, {"share": "0.600"}, version_of(held.pool), kinds={"share": "share"}),
        Endpoint("rebalancings_accept", "POST", "/rebalancings", held.by, moving),
        Endpoint("rebalancings_undo", "POST", f"/rebalancings/{held.moved.public_id}/undo", held.by),
        Endpoint("released_places_acknowledge", "POST", "/released-places/acknowledge", held.by, taking),
    ]


def forms_of_balance(stage: Stage) -> list[Form]:
    """Every form with something to type or to choose."""
    held = stage.balanced
    choice = f"{held.monday.public_id}:{held.wednesday.public_id}:1:{places_in(held.monday)}:{left_in(held.monday)}"
    share = {"pool": str(held.pool.public_id), "share": "60", "version": str(version_of(held.pool))}
    day = {"hospital": str(held.hospital.public_id), "date": held.closed.date.isoformat()}
    taking = day | {"up_to": str(held.last), "seen": str(held.back)}
    return [
        _form("pools", held.by, {"choice": choice}, {"choice": "choice"}),
        _form("pool_shares", held.by, share, {"pool": "uuid", "share": "per_cent"} | VERSION),
        _form("released", held.by, taking, {"hospital": "uuid", "date": "date", "up_to": "count", "seen": "count"}),
    ]
