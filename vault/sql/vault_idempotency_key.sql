-- Remembers what a key did; the unique constraint lets one of two racing requests through.
CREATE FUNCTION vault_idempotency_key(p_actor uuid, p_key text, p_body_hash bytea, p_result uuid)
RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO vault_idempotencykey (actor_id, key, body_hash, result_id) VALUES (p_actor, p_key, p_body_hash, p_result);
$$;
