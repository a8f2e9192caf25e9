-- Closes one pool slot at its cut-off: nobody books it any more, and every place neither claimed nor held goes back to the hospital
-- for its own window at once (R107). Answers how many went back, or NULL when it was closed already or is not due.
CREATE FUNCTION pool_close(p_pool_slot bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_places integer;
    v_cooling integer;
BEGIN
    SELECT published - claimed - held - returned, cooling INTO v_places, v_cooling
      FROM reserved_pools_poolslot
     WHERE id = p_pool_slot AND closed_at IS NULL AND closes_at <= clock_timestamp()
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE reserved_pools_poolslot
       SET closed_at = clock_timestamp(), returned = returned + v_places, cooling = 0
     WHERE id = p_pool_slot;
    DELETE FROM reserved_pools_coolingplace WHERE pool_slot_id = p_pool_slot;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    SELECT p_pool_slot, moved.move, moved.places, NULL, 'cut-off', clock_timestamp()
      FROM (VALUES ('cooled', v_cooling), ('returned', v_places)) AS moved (move, places)
     WHERE moved.places > 0;
    RETURN v_places;
END $$;
