-- Closes one pool slot at its cut-off: nobody books it any more, and every place neither claimed nor held goes back to the hospital
-- for its own window at once (R107). Answers how many went back, or NULL when it was closed already or is not due.
CREATE FUNCTION pool_close(p_pool_slot bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_places integer;
BEGIN
    SELECT published - claimed - held - returned INTO v_places
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
    IF v_places > 0 THEN
        INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
        VALUES (p_pool_slot, 'returned', v_places, NULL, 'cut-off', clock_timestamp());
    END IF;
    RETURN v_places;
END $$;
