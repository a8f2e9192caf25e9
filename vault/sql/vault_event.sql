-- Writes one step of one life; called by vault_advance and by vault.states.
CREATE FUNCTION vault_event(
    p_kind text, p_object uuid, p_event text, p_source text, p_target text,
    p_actor_kind text, p_actor uuid, p_post uuid, p_reason text
) RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO vault_event (kind, object_id, event, source, target, actor_kind, actor_id, post_id, reason, at, tx)
    VALUES (p_kind, p_object, p_event, p_source, p_target, p_actor_kind, p_actor, p_post, p_reason,
            clock_timestamp(), pg_current_xact_id());
$$;
