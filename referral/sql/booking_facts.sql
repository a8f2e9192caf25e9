-- What a booking is judged by: first the locks, right before patient; then, in a statement with its own snapshot, one row.
-- One statement that both locks and counts would be wrong: its snapshot is older than the locks it waits for.
-- The consulting room books without a right (p_right is NULL): then nothing is known of one.
-- p_without names a booking that is not counted, because this one takes its place (a move) or is it again (a cancellation undone);
-- what two persons let pass for it, or for the booking it was moved from, passes again. p_kind is whose places are asked for.
CREATE FUNCTION booking_facts(p_right bigint, p_post bigint, p_referral uuid, p_pool_slot uuid, p_actor uuid, p_key text, p_parameters text[],
                              p_without uuid DEFAULT NULL, p_kind text DEFAULT 'community_referral')
RETURNS TABLE (
    now timestamptz,
    right_status text, right_from timestamptz, right_to timestamptz, post_to timestamptz, refers_own_patients boolean,
    grant_until timestamptz,
    encounter_seen_at timestamptz, encounter_at_own_unit boolean, encounter_by_care_team boolean,
    contract_until date, contract_at_own_unit boolean, contract_with_team boolean, contract_with_doctor boolean, health_record_number text,
    institution_is_suspended boolean, session_is_planned boolean, places_left integer,
    institution bigint, standard_code text, visit_date date, starts_at timestamptz, ends_at timestamptz,
    counted_days date[], counted_institutions bigint[], counted_codes text[], counted_statuses text[],
    emergency_sign text, banned_until timestamptz, restricted_until timestamptz, restricting bigint[], controlled_by text,
    changed_at timestamptz[], exceptions jsonb,
    policy_rows jsonb, hospital_district bigint, department bigint, contract_district bigint,
    replay_of uuid, replay_hash bytea,
    referral bigint, referral_public uuid, referral_number text, referral_status text, referral_version integer, referral_at_own_unit boolean,
    referral_created_at timestamptz,
    pool_slot bigint, patient_name text, patient_sex text, patient_phone bytea, hospital_name text, department_name text,
    pickup_place text, unit_phone text, has_guardian boolean, booker_phone bytea,
    service_kind text, service_name text, preparation text, service bigint, is_booked boolean, accepted_until date, asked_at timestamptz,
    asked_elsewhere boolean
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    v_patient bigint;
    v_now timestamptz;
    v_today date;
    v_same bigint[] := '{}';
BEGIN
    PERFORM right_lock(p_right);
    SELECT r.patient_id INTO v_patient FROM referral_referral r WHERE r.public_id = p_referral;
    PERFORM 1 FROM referral_patient p WHERE p.id = v_patient FOR NO KEY UPDATE;
    v_now := clock_timestamp();
    v_today := (v_now AT TIME ZONE 'Asia/Shanghai')::date;
    IF p_without IS NOT NULL THEN
        WITH RECURSIVE same AS (
            SELECT b.id, b.moved_from_id FROM referral_booking b WHERE b.public_id = p_without
            UNION SELECT b.id, b.moved_from_id FROM referral_booking b JOIN same ON b.id = same.moved_from_id)
        SELECT array_agg(same.id) INTO v_same FROM same;
    END IF;

    RETURN QUERY
    SELECT v_now,
        rr.status, rr.valid_from, rr.valid_to, post.valid_to, post.kind = 'regional_specialist',
        (SELECT max(coalesce(g.valid_to, '9999-12-30')) FROM clinics_targetgrant g
          WHERE g.right_id = rr.id AND g.ended_at IS NULL AND g.valid_from <= v_now
            AND (g.institution_id = ps.institution_id OR g.department_id = ps.department_id
                 OR g.alliance_id IN (SELECT m.alliance_id FROM clinics_alliancemember m WHERE m.institution_id = ps.institution_id))),
        e.seen_at,
        coalesce(seen_at_unit.parent_id, seen_at_unit.id) = coalesce(unit.parent_id, unit.id),
        seen_under.user_id = post.user_id OR (r.owner_id = post.id AND seen_under.user_id = author.user_id) OR (
            EXISTS (SELECT 1 FROM referral_careteam_doctors d WHERE d.careteam_id = c.care_team_id AND d.user_id = seen_under.user_id)
            AND EXISTS (SELECT 1 FROM referral_careteam_doctors d WHERE d.careteam_id = c.care_team_id AND d.user_id = post.user_id)),
        c.valid_to, coalesce(c.at_own_unit, false),
        EXISTS (SELECT 1 FROM referral_careteam_doctors d WHERE d.careteam_id = c.care_team_id AND d.user_id = post.user_id),
        coalesce(c.doctor_id = post.user_id, false), coalesce(c.health_record_number, '')::text,
        hospital.is_suspended OR coalesce(hospital.active_from > ps.visit_date, false) OR coalesce(hospital.active_to <= ps.visit_date, false),
        session.status = 'planned', (ps.published - ps.claimed - ps.held - ps.cooling - ps.returned
            - CASE WHEN ps.late_opens_at > v_now THEN ps.late ELSE 0 END)::integer,
        ps.institution_id, ps.standard_code::text, ps.visit_date, ps.starts_at, ps.ends_at,
        counted.days, counted.institutions, counted.codes, counted.statuses,
        r.emergency_sign,
        (SELECT max(ban.valid_to) FROM referral_bookingban ban
          WHERE ban.patient_id = r.patient_id AND ban.status = 'in_force' AND ban.covers = 'booking_and_referral'
            AND ban.valid_from <= v_now AND ban.valid_to > v_now),
        (SELECT max(held.valid_to) FROM referral_restriction held
          WHERE held.patient_id = r.patient_id AND held.institution_id = ps.institution_id AND held.status = 'in_force'
            AND held.valid_from <= v_now AND held.valid_to > v_now),
        (SELECT array_agg(DISTINCT held.institution_id) FROM referral_restriction held
          WHERE held.patient_id = r.patient_id AND held.status = 'in_force' AND held.valid_from <= v_now AND held.valid_to > v_now),
        controlled.by, changed.at,
        (SELECT jsonb_agg(jsonb_build_object('id', o.public_id, 'rule', o.rule, 'spent', o.status = 'used') ORDER BY o.id)
           FROM referral_ruleoverride o
          WHERE o.referral_id = r.id
            AND (o.status = 'granted' AND o.valid_to > v_now OR o.status = 'used' AND o.used_by_id = ANY (v_same))),
        (SELECT jsonb_agg(jsonb_build_object(
                'id', row.id, 'parameter', row.parameter, 'value', row.value, 'source', row.source, 'quote', row.quote,
                'valid_from', row.valid_from,
                'district', row.district_id, 'institution', row.institution_id, 'department', row.department_id))
           FROM clinics_policyrow row
          WHERE row.parameter = ANY (p_parameters) AND row.status = 'in_force'
            AND row.valid_from <= v_today AND (row.valid_to IS NULL OR row.valid_to > v_today)
            AND (row.district_id IS NULL OR row.district_id IN (hospital.district_id, c.district_id))
            AND (row.institution_id IS NULL OR row.institution_id = ps.institution_id)
            AND (row.department_id IS NULL OR row.department_id = ps.department_id)),
        hospital.district_id, ps.department_id, coalesce(c.district_id, unit.district_id),
        k.result_id, k.body_hash,
        r.id, r.public_id, r.number::text, r.status, r.version,
        coalesce(written_at.parent_id, written_at.id) = coalesce(unit.parent_id, unit.id), r.created_at,
        ps.id, p.name::text, p.sex::text,
        CASE WHEN length(p.phone) = 0 THEN coalesce(guardian.phone, p.phone) ELSE p.phone END, hospital.name::text, department.name::text,
        hospital.pickup_place::text, unit.phone::text, guardian.phone IS NOT NULL, r.booker_phone,
        service.kind::text, service.name::text, service.preparation::text, service.id,
        EXISTS (SELECT 1 FROM referral_booking live WHERE live.referral_id = r.id AND live.status IN ('held', 'booked', 'arrived')),
        accepted.until, accepted.asked_at,
        EXISTS (SELECT 1 FROM referral_placerequest other
                 WHERE other.referral_id = r.id AND other.service_id <> ps.service_id AND other.status IN ('asked', 'accepted'))
    FROM referral_referral r
    JOIN referral_patient p ON p.id = r.patient_id
    JOIN referral_encounter e ON e.id = r.encounter_id
    JOIN clinics_institution seen_at_unit ON seen_at_unit.id = e.institution_id
    JOIN clinics_post seen_under ON seen_under.id = e.post_id
    JOIN clinics_post author ON author.id = r.post_id
    JOIN clinics_institution written_at ON written_at.id = r.institution_id
    JOIN clinics_post post ON post.id = p_post AND post.right_id IS NOT DISTINCT FROM p_right
    JOIN clinics_institution unit ON unit.id = post.institution_id
    LEFT JOIN permissions_referralright rr ON rr.id = p_right
    JOIN reserved_pools_poolslot ps ON ps.public_id = p_pool_slot AND ps.kind = p_kind
    JOIN clinics_service service ON service.id = ps.service_id
    JOIN clinics_slot slot ON slot.id = ps.slot_id
    JOIN clinics_clinicsession session ON session.id = slot.session_id
    JOIN clinics_institution hospital ON hospital.id = ps.institution_id
    JOIN clinics_department department ON department.id = ps.department_id
    LEFT JOIN LATERAL (
        SELECT con.valid_to, con.health_record_number, con.care_team_id, con.doctor_id, at.district_id,
               coalesce(at.parent_id, at.id) = coalesce(unit.parent_id, unit.id) AS at_own_unit
          FROM referral_familydoctorcontract con JOIN clinics_institution at ON at.id = con.institution_id
         WHERE con.patient_id = r.patient_id AND con.valid_from <= v_today
         ORDER BY con.valid_to > v_today DESC, at_own_unit DESC, con.valid_to DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(b.visit_date) AS days, array_agg(b.institution_id) AS institutions, array_agg(b.standard_code::text) AS codes,
               array_agg(b.status) AS statuses
          FROM referral_booking b
         WHERE b.patient_id = r.patient_id AND b.status IN ('held', 'booked', 'arrived', 'fulfilled', 'noshow')
           AND b.public_id IS DISTINCT FROM p_without
           AND b.visit_date > least(v_today, ps.visit_date) - interval '3 months'
           AND b.visit_date < greatest(v_today + 60, ps.visit_date) + interval '3 months') counted ON true
    LEFT JOIN LATERAL (
        SELECT at.name::text AS by FROM (
            SELECT own.district_id FROM referral_controlledidentity own
             WHERE own.patient_id = r.patient_id AND own.status IN ('in_force', 'lift_asked')
               AND (own.valid_to IS NULL OR own.valid_to > v_today)
            UNION ALL
            SELECT listed.district_id FROM referral_controlledidentity listed
             WHERE listed.number_hash = ANY (ARRAY(
                       SELECT i.number_hash FROM referral_patientidentifier i WHERE i.patient_id = r.patient_id
                       UNION ALL SELECT g.number_hash FROM referral_guardian g WHERE g.patient_id = r.patient_id))
               AND listed.status IN ('in_force', 'lift_asked') AND (listed.valid_to IS NULL OR listed.valid_to > v_today)
        ) listed JOIN permissions_district at ON at.id = listed.district_id LIMIT 1) controlled ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(changed_last ORDER BY changed_last) AS at FROM (
        SELECT max(step.at) AS changed_last
          FROM referral_booking b JOIN vault_event step ON step.object_id = b.public_id AND step.kind = 'booking' AND step.target = b.status
         WHERE b.patient_id = r.patient_id AND step.at > v_now - interval '366 days'
           AND (b.status = 'cancelled' AND b.cancel_cause = 'by_resident' OR b.status = 'moved' AND step.actor_kind = 'patient')
           AND b.public_id IS DISTINCT FROM p_without
           AND NOT EXISTS (SELECT 1 FROM referral_disruption stopped WHERE stopped.booking_id = b.id)
           AND NOT EXISTS (SELECT 1 FROM reserved_pools_poolslot lost JOIN clinics_slot band ON band.id = lost.slot_id
                            WHERE lost.id = b.pool_slot_id AND band.is_blocked)
         GROUP BY b.id) steps) changed ON true
    LEFT JOIN LATERAL (
        SELECT g.phone FROM referral_guardian g
         WHERE g.patient_id = p.id AND NOT EXISTS (SELECT 1 FROM referral_patientidentifier own WHERE own.patient_id = p.id)) guardian ON true
    LEFT JOIN LATERAL (
        SELECT asked.valid_until AS until, asked.created_at AS asked_at FROM referral_placerequest asked
         WHERE asked.referral_id = r.id AND asked.service_id = ps.service_id AND asked.status = 'accepted' LIMIT 1) accepted ON true
    LEFT JOIN vault_idempotencykey k ON k.actor_id = p_actor AND k.key = p_key
    WHERE r.public_id = p_referral;
END $$;
