-- Gives the next due message of these classes to one worker until its lease ends; null when nothing is due.
-- A message waits while an older version about the same object to the same number is due or under way.
CREATE FUNCTION vault_claim_message(p_classes text[], p_lease interval) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    UPDATE vault_message SET state = 'claimed', lease_until = clock_timestamp() + p_lease
    WHERE state = 'waiting' AND id = (
        SELECT m.id FROM vault_message m
        WHERE m.state = 'waiting' AND m.due_at <= clock_timestamp() AND m.class = ANY (p_classes)
          AND NOT EXISTS (
              SELECT 1 FROM vault_message older
              WHERE older.about = m.about AND older.phone_hash = m.phone_hash AND older.version < m.version
                AND older.state IN ('waiting', 'claimed') AND older.not_before <= clock_timestamp()
          )
        ORDER BY m.class <> 'otp', m.due_at, m.id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id;
$$;
