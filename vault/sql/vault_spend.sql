-- Spends one message to one number if every rolling window still has room; true when it was spent.
-- One statement decides, so that parallel callers can never spend more than the windows hold.
CREATE FUNCTION vault_spend(p_phone_hash text, p_class text, p_limits integer[], p_spans interval[])
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO vault_budget AS budget (phone_hash, class, spent)
    VALUES (p_phone_hash, p_class, ARRAY[clock_timestamp()])
    ON CONFLICT (phone_hash, class) DO UPDATE
    SET spent = ARRAY(
        SELECT moment FROM unnest(budget.spent) moment
        WHERE moment > clock_timestamp() - (SELECT max(span) FROM unnest(p_spans) span)
        ORDER BY moment
    ) || clock_timestamp()
    WHERE NOT EXISTS (
        SELECT 1 FROM unnest(p_limits, p_spans) AS window_of(allowed, span)
        WHERE (SELECT count(*) FROM unnest(budget.spent) moment WHERE moment > clock_timestamp() - span) >= allowed
    );
    RETURN FOUND;
END $$;
