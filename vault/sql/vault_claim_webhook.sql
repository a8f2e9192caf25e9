-- Gives the next due delivery to one worker until its lease ends; null when nothing may go now.
-- One at a time for each endpoint and a few for all of them, so that slow receivers keep no worker from the messages to people.
CREATE FUNCTION vault_claim_webhook(p_lease interval, p_most integer) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    UPDATE vault_webhookdelivery SET state = 'claimed', lease_until = clock_timestamp() + p_lease
    WHERE state = 'waiting' AND id = (
        SELECT d.id FROM vault_webhookdelivery d JOIN vault_webhookendpoint e ON e.id = d.endpoint_id
        WHERE d.state = 'waiting' AND d.due_at <= clock_timestamp() AND e.ended_at IS NULL
          AND (e.open_until IS NULL OR e.open_until <= clock_timestamp())
          AND NOT EXISTS (
              SELECT 1 FROM vault_webhookdelivery busy WHERE busy.state = 'claimed' AND busy.endpoint_id = d.endpoint_id
          )
          AND (SELECT count(*) FROM vault_webhookdelivery busy WHERE busy.state = 'claimed') < p_most
        ORDER BY d.due_at, d.id
        LIMIT 1
        FOR UPDATE OF d SKIP LOCKED
    )
    RETURNING id;
$$;
