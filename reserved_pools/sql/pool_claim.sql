-- Takes one referrers' place of a pool slot for good: one guarded UPDATE and its event, TRUE when a place was there.
-- Open is judged by clock_timestamp(): a wait for the row's lock may have crossed the cut-off (R107). A place is
-- never taken in a session that was stopped or a band that was blocked; either closes the pool slots in the same transaction, so that
-- a claim which waited for that row sees closed_at when PostgreSQL evaluates the guard again on the row as it is now. Places kept for
-- the last days are not there before their moment.
CREATE FUNCTION pool_claim(p_pool_slot bigint, p_reason text, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reserved_pools_poolslot AS place
       SET claimed = place.claimed + 1
     WHERE place.id = p_pool_slot
       AND place.kind = 'community_referral'
       AND place.closed_at IS NULL
       AND place.opens_at <= clock_timestamp()
       AND place.closes_at > clock_timestamp()
       AND place.published > place.claimed + place.held + place.cooling + place.returned
                             + CASE WHEN place.late_opens_at > clock_timestamp() THEN place.late ELSE 0 END
       AND EXISTS (
            SELECT FROM clinics_slot AS slot
              JOIN clinics_clinicsession AS session ON session.id = slot.session_id
             WHERE slot.id = place.slot_id AND session.status = 'planned');
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    VALUES (p_pool_slot, 'claimed', 1, p_about, p_reason, clock_timestamp());
    RETURN TRUE;
END $$;
