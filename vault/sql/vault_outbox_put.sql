-- Leaves one message; the same template about the same version to the same number stays one message.
CREATE FUNCTION vault_outbox_put(
    p_public_id uuid, p_template text, p_phone bytea, p_phone_hash text, p_params bytea,
    p_about uuid, p_version integer, p_not_before timestamptz, p_class text,
    p_language text DEFAULT 'zh-hans', p_supersedes boolean DEFAULT true, p_deliver boolean DEFAULT true
) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    due timestamptz := coalesce(p_not_before, now_at);
    delivered boolean := p_deliver AND length(p_phone) > 0;
    stored uuid;
BEGIN
    INSERT INTO vault_message (public_id, created_at, template, class, language, phone, phone_hash, params, about,
                               version, supersedes, not_before, due_at, state, attempts, settled_at)
    VALUES (p_public_id, now_at, p_template, p_class, p_language,
            CASE WHEN delivered THEN p_phone ELSE ''::bytea END, p_phone_hash,
            CASE WHEN delivered THEN p_params ELSE ''::bytea END, p_about, p_version, p_supersedes, due, due,
            CASE WHEN delivered THEN 'waiting' ELSE 'withheld' END, 0, CASE WHEN delivered THEN NULL ELSE now_at END)
    ON CONFLICT (about, version, template, phone_hash) DO NOTHING
    RETURNING public_id INTO stored;
    IF stored IS NULL THEN
        SELECT public_id INTO stored FROM vault_message
        WHERE (about, version, template, phone_hash) = (p_about, p_version, p_template, p_phone_hash);
    END IF;
    RETURN stored;
END $$;
