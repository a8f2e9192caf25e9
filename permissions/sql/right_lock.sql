-- Locks one right until the transaction ends and says how it stands now: the first lock of every booking (DESIGN.md 4).
-- Its time is read after the lock was got, so a wait cannot let an expired right through. No row: there is no such right.
CREATE FUNCTION right_lock(p_right bigint)
RETURNS TABLE (status text, valid_from timestamptz, valid_to timestamptz, user_id bigint, in_force boolean)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    held permissions_referralright%ROWTYPE;
    at timestamptz;
BEGIN
    SELECT * INTO held FROM permissions_referralright AS r WHERE r.id = p_right FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    at := clock_timestamp();
    RETURN QUERY SELECT held.status, held.valid_from, held.valid_to, held.user_id,
        coalesce(held.status = 'granted' AND held.valid_from <= at AND at < held.valid_to, false);
END $$;
