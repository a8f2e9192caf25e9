-- Writes one act into the trail, in the transaction of the act; takes no lock.
CREATE FUNCTION vault_audit(
    p_actor_kind text, p_actor uuid, p_post uuid, p_verb text, p_kind text, p_object uuid,
    p_reason text, p_details jsonb, p_digest bytea
) RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO vault_auditentry (tx, at, actor_kind, actor_id, post_id, verb, kind, object_id, reason, details, digest)
    VALUES (pg_current_xact_id(), clock_timestamp(), p_actor_kind, p_actor, p_post, p_verb, p_kind, p_object,
            p_reason, p_details, p_digest);
$$;
