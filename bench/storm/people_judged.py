"""Recounts what residents and doctors may do, in plain SQL: limits in every window, rights, bans, the ledger of missed visits."""

from typing import Final

COUNTED: Final = "('held', 'booked', 'arrived', 'fulfilled', 'noshow')"
STANDS: Final = "('recorded', 'notified', 'appealed', 'upheld')"
PER_DAY, PER_DAY_DEPARTMENT, PER_WEEK, PER_WEEK_DEPARTMENT, PER_QUARTER, CHANGES, MISSES = 2, 1, 3, 3, 5, 3, 3

# The most bookings in a stretch of days that begins on one of them.
WINDOW: Final = """
SELECT count(*) FROM referral_booking one
 WHERE one.status IN {counted} AND (SELECT count(*) FROM referral_booking b
         WHERE b.patient_id = one.patient_id AND b.status IN {counted} {same}
           AND b.visit_date >= one.visit_date AND b.visit_date < one.visit_date + interval '{length}') > {most}
"""


def window(length: str, most: int, same: str = "") -> str:
    """Bookings that begin a stretch of days with too many in it."""
    return WINDOW.format(counted=COUNTED, length=length, most=most, same=same)


LIMITS: Final[dict[str, str]] = {
    "over the limit of a day": window("1 day", PER_DAY),
    "over the limit of a day and department": window(
        "1 day", PER_DAY_DEPARTMENT, "AND (b.institution_id, b.standard_code) = (one.institution_id, one.standard_code)"
    ),
    "over the limit of seven days": window("7 days", PER_WEEK),
    "over the limit of seven days and a department": window(
        "7 days", PER_WEEK_DEPARTMENT, "AND b.standard_code = one.standard_code"
    ),
}  # fmt: skip
# Only where the district lets them bind. What a resident answers to a stopped clinic is no change of hers.
QUARTER: Final = {"over the limit of three months": window("3 months", PER_QUARTER)}
CHURN: Final = {
    "booked after too many changes": f"""
        SELECT count(*) FROM vault_event m JOIN referral_booking b ON b.public_id = m.object_id
         WHERE m.source = ''
           AND NOT EXISTS (SELECT FROM vault_auditentry a WHERE a.object_id = b.public_id AND a.verb = 'booking.substitute')
           AND (SELECT count(*) FROM referral_booking other CROSS JOIN LATERAL (
                    SELECT e.target, e.actor_kind, e.post_id, e.reason, e.tx FROM vault_event e
                     WHERE e.object_id = other.public_id AND e.id < m.id ORDER BY e.id DESC LIMIT 1) last
                 WHERE other.patient_id = b.patient_id AND last.tx <> m.tx
                   AND last.target IN ('cancelled', 'moved') AND last.actor_kind = 'patient'
                   AND NOT EXISTS (SELECT FROM referral_disruption d WHERE d.booking_id = other.id)
                   AND NOT EXISTS (SELECT FROM reserved_pools_poolslot s JOIN clinics_slot c ON c.id = s.slot_id
                                    WHERE s.id = other.pool_slot_id AND c.is_blocked)) > {CHANGES}"""
}

LAST_STEP: Final = """
    SELECT e.target FROM vault_event e
     WHERE e.kind = 'right' AND e.object_id = {right} AND pg_xact_commit_timestamp(e.tx::xid) < pg_xact_commit_timestamp(m.tx::xid)
     ORDER BY e.id DESC LIMIT 1"""

RIGHTS: Final[dict[str, str]] = {
    "booked after the right was taken away": f"""
        SELECT count(*) FROM vault_event m JOIN referral_booking b ON b.public_id = m.object_id AND m.source = ''
          JOIN permissions_referralright r ON r.id = b.right_id
         WHERE ({LAST_STEP.format(right="r.public_id")}) <> 'granted'""",
    "cancelled after the right was taken away": f"""
        SELECT count(*) FROM vault_event m JOIN clinics_post p ON p.public_id = m.post_id AND p.right_id IS NOT NULL
         WHERE m.kind = 'booking' AND m.target = 'cancelled' AND m.actor_kind = 'user' AND NOT EXISTS (
             SELECT FROM permissions_referralright r WHERE r.user_id = p.user_id
                AND coalesce(({LAST_STEP.format(right="r.public_id")}),
                             CASE WHEN EXISTS (SELECT FROM vault_event e WHERE e.object_id = r.public_id AND e.source = '')
                                  THEN 'none' ELSE 'granted' END) = 'granted')""",
    "cancelled by a doctor or resident after the time for it": """
        SELECT count(*) FROM vault_event e JOIN referral_booking b ON b.public_id = e.object_id
         WHERE e.target = 'cancelled' AND e.at > b.cancel_until + interval '1 second'
           AND b.cancel_cause IN ('by_referrer', 'by_resident')""",
    "moved after the time for it": """
        SELECT count(*) FROM vault_event e JOIN referral_booking b ON b.public_id = e.object_id
         WHERE e.target = 'moved' AND e.at > b.cancel_until + interval '1 second'
           AND NOT EXISTS (SELECT FROM referral_disruption d WHERE d.booking_id = b.id)""",
}

LEDGER: Final[dict[str, str]] = {
    "a missed visit without its one breach, or a breach without it": f"""
        WITH cause AS (SELECT DISTINCT ON (object_id) object_id, target, reason FROM vault_event
                        WHERE kind = 'booking' ORDER BY object_id, id DESC)
        SELECT count(*) FROM referral_booking b JOIN cause ON cause.object_id = b.public_id CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE x.status IN {STANDS}) AS standing, count(*) FILTER (WHERE a.decided_at IS NOT NULL) AS decided
              FROM referral_breach x LEFT JOIN referral_appeal a ON a.breach_id = x.id WHERE x.booking_id = b.id) held
         WHERE CASE WHEN b.status = 'noshow' AND cause.reason IN ('no_word', 'called_off')
                    THEN held.standing <> 1 AND NOT (held.standing = 0 AND held.decided > 0) ELSE held.standing <> 0 END""",
    "bans that are not what follows from the breaches": f"""
        SELECT count(*) FROM referral_patient p
         WHERE (SELECT count(*) FROM referral_breach x WHERE x.patient_id = p.id AND x.status IN {STANDS}) / {MISSES}
               <> (SELECT count(*) FROM referral_bookingban n WHERE n.patient_id = p.id AND n.status = 'in_force')""",
    "struck for a clinic that was stopped": """
        SELECT count(*) FROM referral_breach x JOIN vault_event made ON made.object_id = x.public_id AND made.source = ''
          JOIN referral_booking b ON b.id = x.booking_id JOIN reserved_pools_poolslot s ON s.id = b.pool_slot_id
          JOIN clinics_slot c ON c.id = s.slot_id JOIN clinics_clinicsession y ON y.id = c.session_id
          JOIN vault_event e ON e.object_id = y.public_id AND e.target = 'stopped'
         WHERE made.at > e.at + interval '1 second'""",
    "missed before its time was over": """
        SELECT count(*) FROM vault_event e JOIN referral_booking b ON b.public_id = e.object_id
         WHERE e.target = 'noshow' AND e.at < b.ends_at""",
    "struck by the hospital though an appeal was filed": """
        SELECT count(*) FROM vault_event e JOIN referral_breach x ON x.public_id = e.object_id
          JOIN referral_appeal a ON a.breach_id = x.id
         WHERE e.source = 'appealed' AND e.target = 'struck' AND a.decided_at IS NULL""",
    "two appeals against one breach": """
        SELECT count(*) FROM (SELECT FROM referral_appeal GROUP BY breach_id HAVING count(*) > 1) twice""",
    "booked while banned": """
        SELECT count(*) FROM vault_event m JOIN referral_booking b ON b.public_id = m.object_id AND m.source = ''
          JOIN referral_bookingban n ON n.patient_id = b.patient_id AND n.valid_from < m.at AND n.valid_to > m.at
         WHERE NOT EXISTS (SELECT FROM vault_auditentry a WHERE a.object_id = b.public_id AND a.verb = 'booking.substitute')
           AND NOT EXISTS (SELECT FROM vault_event l WHERE l.object_id = n.public_id AND l.target = 'lifted' AND l.at < m.at)""",
}
