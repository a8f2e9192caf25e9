-- Holds one referrers' place of a pool slot for somebody who has not chosen yet: one guarded UPDATE and its event, TRUE when a place
-- was there. The guard is the one of pool_claim: a held place can be booked by nobody else, and is taken up or let go.
CREATE FUNCTION pool_hold(p_pool_slot bigint, p_reason text, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reserved_pools_poolslot AS place
       SET held = place.held + 1
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
    VALUES (p_pool_slot, 'held', 1, p_about, p_reason, clock_timestamp());
    RETURN TRUE;
END $$;
