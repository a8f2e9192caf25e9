-- Opens again the places of one pool slot whose cooling is over; answers how many.
-- The slot's row is locked first, as every move of its places does, so that closing and cooling never cross.
CREATE FUNCTION pool_release_cooled(p_pool_slot bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_places integer;
BEGIN
    PERFORM FROM reserved_pools_poolslot
      WHERE id = p_pool_slot AND closed_at IS NULL AND closes_at > clock_timestamp()
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    WITH due AS (
        DELETE FROM reserved_pools_coolingplace
         WHERE pool_slot_id = p_pool_slot AND until <= clock_timestamp()
        RETURNING about
    ), moved AS (
        INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
        SELECT p_pool_slot, 'cooled', 1, due.about, '', clock_timestamp() FROM due
        RETURNING 1
    )
    SELECT count(*) INTO v_places FROM moved;
    UPDATE reserved_pools_poolslot SET cooling = cooling - v_places WHERE id = p_pool_slot AND v_places > 0;
    RETURN v_places;
END $$;
