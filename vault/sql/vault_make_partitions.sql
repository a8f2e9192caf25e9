-- Makes the months of the trail and the access log that are missing, from last month to p_ahead months ahead.
-- Runs with the owner's rights, so that the application can continue the tables without owning them.
CREATE FUNCTION vault_make_partitions(p_ahead integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_month timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
    first_day timestamp;
    parent text;
    child text;
    role text;
    made integer := 0;
BEGIN
    FOR parent, first_day IN
        SELECT t, this_month + make_interval(months => m)
        FROM unnest(ARRAY['vault_auditentry', 'vault_accessentry']) t, generate_series(-1, p_ahead) m
    LOOP
        child := parent || to_char(first_day, '"_"YYYYMM');
        CONTINUE WHEN to_regclass(child) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
                       first_day || '+00', first_day + interval '1 month' || '+00');
        FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('referral_app', 'referral_sealer') LOOP
            EXECUTE format('REVOKE ALL ON %I FROM %I', child, role);
        END LOOP;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
