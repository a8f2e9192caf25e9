-- Gives one claimed place back: it cools until p_cool_until (C34, C35), or goes to the hospital when its slot was
-- closed already. TRUE when a claimed place was there to give.
CREATE FUNCTION pool_give_back(p_pool_slot bigint, p_about uuid, p_cool_until timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_closed boolean;
BEGIN
    UPDATE reserved_pools_poolslot AS place
       SET claimed = place.claimed - 1,
           cooling = place.cooling + CASE WHEN place.closed_at IS NULL THEN 1 ELSE 0 END,
           returned = place.returned + CASE WHEN place.closed_at IS NULL THEN 0 ELSE 1 END
     WHERE place.id = p_pool_slot AND place.claimed > 0
    RETURNING place.closed_at IS NOT NULL INTO v_closed;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    VALUES (p_pool_slot, CASE WHEN v_closed THEN 'returned' ELSE 'given_back' END, 1, p_about, '', clock_timestamp());
    IF NOT v_closed THEN
        INSERT INTO reserved_pools_coolingplace (pool_slot_id, until, about)
        VALUES (p_pool_slot, p_cool_until, p_about);
    END IF;
    RETURN TRUE;
END $$;
