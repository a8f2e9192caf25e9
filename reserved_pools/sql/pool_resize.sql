-- Gives one pool slot more places or fewer: TRUE when it could be done. It shrinks by no more than what nobody has, and both kinds of
-- a band together never hold more than the band. All pool slots of the band are locked in key order, so that two resizings of
-- one band count each other.
CREATE FUNCTION pool_resize(p_pool_slot bigint, p_change integer, p_reason text, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_slot bigint;
BEGIN
    SELECT slot_id INTO v_slot FROM reserved_pools_poolslot WHERE id = p_pool_slot;
    PERFORM FROM reserved_pools_poolslot WHERE slot_id = v_slot ORDER BY id FOR NO KEY UPDATE;
    UPDATE reserved_pools_poolslot AS place
       SET published = place.published + p_change,
           late = least(place.late, place.published + p_change - place.claimed - place.held - place.cooling - place.returned)
     WHERE place.id = p_pool_slot
       AND place.closed_at IS NULL
       AND place.closes_at > clock_timestamp()
       AND place.published + p_change >= place.claimed + place.held + place.cooling + place.returned
       AND (p_change < 0 OR (SELECT slot.capacity FROM clinics_slot AS slot WHERE slot.id = v_slot AND NOT slot.is_blocked)
                            >= p_change + (SELECT sum(one.published) FROM reserved_pools_poolslot AS one WHERE one.slot_id = v_slot))
       AND EXISTS (
            SELECT FROM clinics_slot AS slot
              JOIN clinics_clinicsession AS session ON session.id = slot.session_id
             WHERE slot.id = v_slot AND session.status = 'planned');
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    SELECT p_pool_slot, CASE WHEN p_change > 0 THEN 'added' ELSE 'taken_back' END, abs(p_change), p_about, p_reason, clock_timestamp()
     WHERE p_change <> 0;
    RETURN TRUE;
END $$;
