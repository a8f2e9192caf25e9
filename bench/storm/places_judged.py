"""Recounts places, bookings and referrals of a whole database in plain SQL: each question answers how often it found its fault."""

from typing import Final

HOLDING: Final = "('held', 'booked', 'arrived', 'fulfilled', 'noshow', 'entered_in_error')"
LIVE: Final = "('held', 'booked', 'arrived')"

MOVES: Final = """
WITH moves AS (
    SELECT pool_slot_id AS id, move, sum(places) AS places FROM reserved_pools_placeevent GROUP BY 1, 2
), summed AS (
    SELECT id,
      sum(CASE WHEN move IN ('published', 'added') THEN places
               WHEN move IN ('taken_back', 'withdrawn') THEN -places ELSE 0 END) AS published,
      sum(CASE WHEN move IN ('claimed', 'taken_up') THEN places
               WHEN move IN ('given_back', 'returned_late') THEN -places ELSE 0 END) AS claimed,
      sum(CASE WHEN move = 'held' THEN places WHEN move IN ('taken_up', 'let_go') THEN -places ELSE 0 END) AS held,
      sum(CASE WHEN move IN ('given_back', 'let_go') THEN places WHEN move = 'cooled' THEN -places ELSE 0 END) AS cooling,
      sum(CASE WHEN move IN ('returned', 'returned_late') THEN places ELSE 0 END) AS returned
      FROM moves GROUP BY id
)
SELECT count(*) FROM reserved_pools_poolslot s LEFT JOIN summed m ON m.id = s.id
 WHERE (s.published, s.claimed, s.held, s.cooling, s.returned)
       IS DISTINCT FROM (coalesce(m.published, 0), coalesce(m.claimed, 0), coalesce(m.held, 0), coalesce(m.cooling, 0),
                         coalesce(m.returned, 0))
"""

PLACES: Final[dict[str, str]] = {
    "a slot over its capacity": f"""
        SELECT count(*) FROM reserved_pools_poolslot s
         WHERE (SELECT count(*) FROM referral_booking b WHERE b.pool_slot_id = s.id AND b.status IN {HOLDING}) + s.held + s.cooling
               > s.published - s.returned OR least(s.published, s.claimed, s.held, s.cooling, s.returned) < 0""",
    "claimed places are not the bookings": f"""
        SELECT count(*) FROM reserved_pools_poolslot s
         WHERE s.claimed <> (SELECT count(*) FROM referral_booking b WHERE b.pool_slot_id = s.id AND b.status IN {HOLDING})""",
    "a column is not the sum of its moves": MOVES,
    "cooling is not the places that cool": """
        SELECT count(*) FROM reserved_pools_poolslot s
         WHERE s.cooling <> (SELECT count(*) FROM reserved_pools_coolingplace c WHERE c.pool_slot_id = s.id)""",
    "held places are not those they are held for": """
        SELECT count(*) FROM reserved_pools_poolslot s
         WHERE s.held <> (SELECT count(*) FROM referral_disruption d WHERE d.pool_slot_id = s.id AND d.status = 'open')""",
    "the kinds of a band hold more than the band": """
        SELECT count(*) FROM clinics_slot c
         WHERE c.capacity < (SELECT sum(published) FROM reserved_pools_poolslot s WHERE s.slot_id = c.id)""",
    "a place stranded in a closed slot": """
        SELECT count(*) FROM reserved_pools_poolslot s WHERE s.closed_at IS NOT NULL AND s.published <> s.claimed + s.held + s.returned""",
    "a place given after its slot was closed": """
        SELECT count(*) FROM reserved_pools_placeevent e JOIN reserved_pools_poolslot s ON s.id = e.pool_slot_id
         WHERE e.move IN ('claimed', 'held') AND e.at > s.closed_at""",
    "a place given after the cut-off": """
        SELECT count(*) FROM reserved_pools_placeevent e JOIN reserved_pools_poolslot s ON s.id = e.pool_slot_id
         WHERE e.move IN ('claimed', 'held') AND e.at > s.closes_at + interval '1 second'""",
    "resized after its slot was closed": """
        SELECT count(*) FROM reserved_pools_placeevent e JOIN reserved_pools_poolslot s ON s.id = e.pool_slot_id
         WHERE e.move IN ('added', 'taken_back') AND e.at > s.closed_at""",
}

CASES: Final[dict[str, str]] = {
    "two live bookings of one referral": f"""
        SELECT count(*) FROM (SELECT FROM referral_booking WHERE status IN {LIVE} GROUP BY referral_id HAVING count(*) > 1) twice""",
    "a referral that is booked without a booking, or the other way round": f"""
        SELECT count(*) FROM referral_referral r WHERE (r.status IN ('booked', 'accepted', 'info_requested'))
               <> EXISTS (SELECT FROM referral_booking b WHERE b.referral_id = r.id AND b.status IN {LIVE})""",
    "a life whose steps do not follow each other": """
        SELECT count(*) FROM (SELECT source, lag(target) OVER (PARTITION BY kind, object_id ORDER BY id) AS before FROM vault_event) e
         WHERE before IS NOT NULL AND source <> before""",
    "a cancellation taken back by another than who cancelled": """
        SELECT count(*) FROM (SELECT source, target, actor_id, lag(target) OVER life AS before, lag(actor_id) OVER life AS by
                                FROM vault_event WHERE kind = 'booking' WINDOW life AS (PARTITION BY object_id ORDER BY id)) e
         WHERE source = 'cancelled' AND target = 'booked' AND before = 'cancelled' AND actor_id IS DISTINCT FROM by""",
    "two bookings moved from one": """
        SELECT count(*) FROM (SELECT FROM referral_booking
                               WHERE moved_from_id IS NOT NULL GROUP BY moved_from_id HAVING count(*) > 1) twice""",
    "two disruptions of one booking": """
        SELECT count(*) FROM (SELECT FROM referral_disruption GROUP BY booking_id HAVING count(*) > 1) twice""",
    "a status or version that is not the sum of its steps": """
        WITH last AS (SELECT DISTINCT ON (object_id) object_id, target FROM vault_event ORDER BY object_id, id DESC),
             steps AS (SELECT object_id, count(*) + (count(*) FILTER (WHERE source = '') = 0)::int AS version FROM vault_event GROUP BY 1),
             now AS (SELECT public_id, status, version FROM referral_booking
                     UNION ALL SELECT public_id, status, version FROM referral_referral
                     UNION ALL SELECT public_id, status, version FROM referral_disruption
                     UNION ALL SELECT public_id, status, version FROM permissions_referralright
                     UNION ALL SELECT public_id, status, version FROM referral_breach)
        SELECT count(*) FROM now JOIN last ON last.object_id = now.public_id JOIN steps ON steps.object_id = now.public_id
         WHERE (now.status, now.version) IS DISTINCT FROM (last.target, steps.version)""",
    "a booking without exactly one message": """
        SELECT count(*) FROM referral_booking b
         WHERE 1 <> (SELECT count(*) FROM vault_message m WHERE m.about = b.public_id AND m.version = 1)""",
    "a message twice": """
        SELECT count(*) FROM (SELECT FROM vault_message GROUP BY about, version, template, phone_hash HAVING count(*) > 1) twice""",
    "a notice twice": """
        SELECT count(*) FROM (SELECT FROM referral_notice GROUP BY user_id, post_id, kind, about, version HAVING count(*) > 1) twice""",
    "a step of a booking without its act in the trail": """
        SELECT count(*) FROM vault_event e WHERE e.kind = 'booking' AND NOT EXISTS (SELECT FROM vault_auditentry a WHERE a.tx = e.tx)""",
    "a booking without its key, or a key without its booking": """
        SELECT abs((SELECT count(*) FROM vault_idempotencykey)
                   - (SELECT count(*) FROM vault_auditentry WHERE kind = 'booking' AND verb = 'booking.book'))""",
    "one key for two bookings": """
        SELECT count(*) FROM (SELECT FROM vault_idempotencykey GROUP BY actor_id, key HAVING count(*) > 1) twice""",
    "a live booking in a stopped session that nobody looks after": f"""
        SELECT count(*) FROM referral_booking b
          JOIN reserved_pools_poolslot s ON s.id = b.pool_slot_id JOIN clinics_slot c ON c.id = s.slot_id
          JOIN clinics_clinicsession x ON x.id = c.session_id
         WHERE x.status = 'stopped' AND b.status IN {LIVE}
           AND NOT EXISTS (SELECT FROM referral_disruption d WHERE d.booking_id = b.id)""",
    "a booking made in a session that was stopped": """
        SELECT count(*) FROM referral_booking b JOIN vault_event m ON m.object_id = b.public_id AND m.source = ''
          JOIN reserved_pools_poolslot s ON s.id = b.pool_slot_id JOIN clinics_slot c ON c.id = s.slot_id
          JOIN clinics_clinicsession x ON x.id = c.session_id JOIN vault_event e ON e.object_id = x.public_id AND e.target = 'stopped'
         WHERE pg_xact_commit_timestamp(m.tx::xid) > pg_xact_commit_timestamp(e.tx::xid)""",
}
