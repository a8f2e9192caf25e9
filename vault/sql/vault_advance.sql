-- Moves one row from one status to another if it still is there: the new version, or 0 when it is not.
CREATE FUNCTION vault_advance(
    p_table text, p_id bigint, p_source text, p_target text,
    p_kind text, p_object uuid, p_event text,
    p_actor_kind text, p_actor uuid, p_post uuid, p_reason text
) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    new_version integer;
BEGIN
    EXECUTE format(
        'UPDATE %I SET status = $1, version = version + 1 WHERE id = $2 AND status = $3 RETURNING version', p_table
    ) INTO new_version USING p_target, p_id, p_source;
    IF new_version IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM vault_event(p_kind, p_object, p_event, p_source, p_target, p_actor_kind, p_actor, p_post, p_reason);
    RETURN new_version;
END $$;
