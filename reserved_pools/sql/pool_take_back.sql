-- Gives a place back to whom it was given back by mistake, as long as it still rests and nobody could have had it: it leaves the
-- cooling places and is claimed again. TRUE when it was there.
CREATE FUNCTION pool_take_back(p_pool_slot bigint, p_about uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM reserved_pools_poolslot AS place
       JOIN clinics_slot AS slot ON slot.id = place.slot_id
       JOIN clinics_clinicsession AS session ON session.id = slot.session_id
      WHERE place.id = p_pool_slot AND place.closed_at IS NULL AND place.closes_at > clock_timestamp() AND place.cooling > 0
        AND session.status = 'planned'
        FOR NO KEY UPDATE OF place;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    DELETE FROM reserved_pools_coolingplace
     WHERE id = (SELECT min(rest.id) FROM reserved_pools_coolingplace AS rest
                  WHERE rest.pool_slot_id = p_pool_slot AND rest.about = p_about);
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    UPDATE reserved_pools_poolslot SET cooling = cooling - 1, claimed = claimed + 1 WHERE id = p_pool_slot;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    SELECT p_pool_slot, moved.move, 1, p_about, 'undone', clock_timestamp()
      FROM unnest(ARRAY['cooled', 'claimed']) AS moved (move);
    RETURN TRUE;
END $$;
