-- Lets one held place go: it cools until p_cool_until (C34, C35), goes to the hospital when its slot was closed at the cut-off, or is
-- withdrawn when its session was stopped or its band blocked. TRUE when a held place was there to let go.
CREATE FUNCTION pool_let_go(p_pool_slot bigint, p_reason text, p_about uuid, p_cool_until timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_closed boolean;
    v_held_at_all boolean;
BEGIN
    SELECT place.closed_at IS NOT NULL INTO v_closed
      FROM reserved_pools_poolslot AS place WHERE place.id = p_pool_slot AND place.held > 0
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    SELECT session.status = 'planned' AND NOT slot.is_blocked INTO v_held_at_all
      FROM reserved_pools_poolslot AS place
      JOIN clinics_slot AS slot ON slot.id = place.slot_id
      JOIN clinics_clinicsession AS session ON session.id = slot.session_id
     WHERE place.id = p_pool_slot;
    UPDATE reserved_pools_poolslot AS place
       SET held = place.held - 1,
           published = place.published - CASE WHEN v_closed AND NOT v_held_at_all THEN 1 ELSE 0 END,
           cooling = place.cooling + CASE WHEN v_closed THEN 0 ELSE 1 END,
           returned = place.returned + CASE WHEN v_closed AND v_held_at_all THEN 1 ELSE 0 END
     WHERE place.id = p_pool_slot;
    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    SELECT p_pool_slot, moved.move, 1, p_about, p_reason, clock_timestamp()
      FROM unnest(CASE WHEN NOT v_closed THEN ARRAY['let_go']
                       WHEN v_held_at_all THEN ARRAY['let_go', 'cooled', 'returned']
                       ELSE ARRAY['let_go', 'cooled', 'withdrawn'] END) AS moved (move);
    IF NOT v_closed THEN
        INSERT INTO reserved_pools_coolingplace (pool_slot_id, until, about)
        VALUES (p_pool_slot, p_cool_until, p_about);
    END IF;
    RETURN TRUE;
END $$;
