-- Takes one place kept for contracted residents, as the consulting room does when it books the next visit (R120): guarded and
-- recorded like pool_claim, TRUE when a place was there.
CREATE FUNCTION pool_claim_direct(p_pool_slot bigint, p_reason text, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reserved_pools_poolslot AS place
       SET claimed = place.claimed + 1
     WHERE place.id = p_pool_slot
       AND place.kind = 'resident_direct'
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
