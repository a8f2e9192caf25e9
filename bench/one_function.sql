-- The same booking without a program around it: facts, every rule and the write as one call that pgbench makes for the next piece of work.
-- It reads and writes what the product reads and writes, by the product's own two functions; only the rules stand here a second time,
-- without their words. Codes and messages are as long as real ones, and nobody can read them.
CREATE TABLE bench_work (n bigint PRIMARY KEY, referral uuid, pool_slot uuid, doctor bigint);
CREATE SEQUENCE bench_turn;
CREATE SEQUENCE bench_next;
CREATE FUNCTION bench_book(p_n bigint, p_keys text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    w record;
    f record;
    v jsonb;
    today date;
    hour time;
    booking uuid := uuidv7();
    outcome text;
BEGIN
    SELECT work.*, d.right_id, d.post, d.post_public, d.actor INTO w
      FROM bench_work work JOIN bench_doctor d ON d.doctor = work.doctor WHERE work.n = p_n;
    SELECT * INTO f FROM booking_facts(w.right_id, w.post, w.referral, w.pool_slot, w.actor, 'one-' || p_n, p_keys);
    SELECT coalesce(jsonb_object_agg(one ->> 'parameter', one -> 'value'), '{}') INTO v FROM jsonb_array_elements(f.policy_rows) AS one;
    today := (f.now AT TIME ZONE 'Asia/Shanghai')::date;
    hour := (f.now AT TIME ZONE 'Asia/Shanghai')::time;
    IF f.referral_status <> 'draft' OR NOT f.referral_at_own_unit OR f.replay_of IS NOT NULL
       OR f.right_status <> 'granted' OR f.now < f.right_from OR f.now >= f.right_to OR f.now >= f.post_to
       OR f.emergency_sign <> '' OR f.grant_until IS NULL OR f.grant_until <= f.now
       OR NOT (f.encounter_at_own_unit AND f.encounter_by_care_team) OR f.encounter_seen_at > f.now
       OR f.encounter_seen_at < f.now - coalesce(v ->> 'encounter_fresh_days', '7')::int * interval '1 day'
       OR f.contract_until IS NULL OR f.contract_until <= today OR NOT f.contract_at_own_unit OR f.health_record_number = ''
       OR f.controlled_by IS NOT NULL OR f.banned_until > f.now OR f.restricted_until > f.now
       OR hour NOT BETWEEN coalesce(v ->> 'service_hours_from', '00:00')::time AND coalesce(v ->> 'service_hours_to', '23:59:59')::time
       OR f.institution_is_suspended OR NOT f.session_is_planned OR f.places_left <= 0
       OR f.visit_date - today > coalesce(v ->> 'booking_horizon_days', '14')::int
       OR f.now >= (f.visit_date - 1 + coalesce(v ->> 'booking_cutoff', '15:00')::time) AT TIME ZONE 'Asia/Shanghai'
       OR coalesce(v ->> 'churn_applies', 'false')::boolean AND (
            SELECT count(*) FROM unnest(f.changed_at) AS at
             WHERE at > f.now - coalesce(v ->> 'churn_days', '90')::int * interval '1 day') > coalesce(v ->> 'churn_changes', '3')::int
       OR (SELECT count(*) FILTER (WHERE day = f.visit_date) >= coalesce(v ->> 'limit_per_day', '2')::int
                  OR count(*) FILTER (WHERE day = f.visit_date AND house = f.institution AND code = f.standard_code)
                     >= coalesce(v ->> 'limit_per_day_department', '1')::int
             FROM unnest(f.counted_days, f.counted_institutions, f.counted_codes) AS counted (day, house, code))
       OR EXISTS (
            SELECT 1 FROM generate_series(0, 6) AS back JOIN unnest(f.counted_days, f.counted_codes) AS counted (day, code)
                ON counted.day BETWEEN f.visit_date - back AND f.visit_date - back + 6
             GROUP BY back HAVING count(*) >= coalesce(v ->> 'limit_7_days', '3')::int
                 OR count(*) FILTER (WHERE code = f.standard_code) >= coalesce(v ->> 'limit_7_days_department', '3')::int)
       OR coalesce(v ->> 'limit_3_months_binds_referrals', 'false')::boolean AND EXISTS (
            SELECT 1 FROM unnest(f.counted_days) AS start JOIN unnest(f.counted_days) AS other (day)
                ON other.day >= start AND other.day < start + interval '3 months'
             WHERE start <= f.visit_date AND f.visit_date < start + interval '3 months'
             GROUP BY start HAVING count(*) >= coalesce(v ->> 'limit_3_months', '5')::int)
    THEN
        RAISE EXCEPTION 'a rule refuses %: %', p_n, f;
    END IF;
    outcome := booking_write(
        booking, f.referral, f.referral_public, f.referral_version, f.pool_slot, w.right_id, w.post,
        sha256(w.referral::text::bytea), 'h1:' || encode(sha256(booking::text::bytea), 'hex'), substr('r1.' || md5(booking::text), 1, 25),
        f.visit_date - interval '9 hours', f.policy_rows, 'user', w.actor, w.post_public, jsonb_build_object(
            'referral', f.referral_public, 'visit_date', f.visit_date), sha256(booking::text::bytea),
        'one-' || p_n, sha256(w.pool_slot::text::bytea), uuidv7(), 'referral_booked', 'notice', f.patient_phone,
        'h1:' || encode(sha256(f.patient_phone), 'hex'), decode(repeat('ab', 320), 'hex'));
    IF outcome <> 'written' THEN
        RAISE EXCEPTION 'not written %: %', p_n, outcome;
    END IF;
    RETURN outcome;
END $$;
GRANT SELECT ON bench_work, bench_doctor TO referral_app;
GRANT USAGE ON SEQUENCE bench_next TO referral_app;
