-- Makes one held place a claimed one: TRUE when a held place was there, its session takes place and its band is not blocked. The
-- cut-off does not matter: the place was kept before it.
CREATE FUNCTION pool_take_up(p_pool_slot bigint, p_reason text, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE reserved_pools_poolslot AS place
       SET held = place.held - 1, claimed = place.claimed + 1
     WHERE place.id = p_pool_slot
       AND place.held > 0
       AND place.starts_at > clock_timestamp()
       AND EXISTS (
            SELECT FROM clinics_slot AS slot
              JOIN clinics_clinicsession AS session ON session.id = slot.session_id
             WHERE slot.id = place.slot_id AND session.status = 'planned' AND NOT slot.is_blocked);
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    VALUES (p_pool_slot, 'taken_up', 1, p_about, p_reason, clock_timestamp());
    RETURN TRUE;
END $$;
