-- Closes one pool slot because its session was stopped or its band blocked: the places nobody has claimed or holds are withdrawn, for
-- there is nothing left to give to anybody. Answers how many, or NULL when it was closed already; the claimed ones stay claimed until
-- their bookings are cancelled or moved.
CREATE FUNCTION pool_withdraw(p_pool_slot bigint, p_reason text, p_about uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_places integer;
    v_cooling integer;
BEGIN
    SELECT published - claimed - held - returned, cooling INTO v_places, v_cooling
      FROM reserved_pools_poolslot
     WHERE id = p_pool_slot AND closed_at IS NULL
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE reserved_pools_poolslot
       SET closed_at = clock_timestamp(), published = published - v_places, cooling = 0, late = 0
     WHERE id = p_pool_slot;
    DELETE FROM reserved_pools_coolingplace WHERE pool_slot_id = p_pool_slot;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    SELECT p_pool_slot, moved.move, moved.places, p_about, p_reason, clock_timestamp()
      FROM (VALUES ('cooled', v_cooling), ('withdrawn', v_places)) AS moved (move, places)
     WHERE moved.places > 0;
    RETURN v_places;
END $$;
