-- Writes a booking whose rules have passed: the place first, because somebody else may take it; then everything else.
-- A referral that is not a draft (a move) comes from p_source; exceptions that let a rule pass are used up by this booking.
-- 'written', or the reason why nothing may stay: 'slot_not_available', 'stale_state' (the caller rolls back).
CREATE FUNCTION booking_write(
    p_booking uuid, p_referral bigint, p_referral_public uuid, p_version integer, p_pool_slot bigint, p_right bigint, p_post bigint,
    p_code bytea, p_code_hash text, p_slip_token text, p_cancel_until timestamptz, p_policy jsonb,
    p_actor_kind text, p_actor uuid, p_actor_post uuid, p_details jsonb, p_digest bytea, p_key text, p_body_hash bytea,
    p_message uuid, p_template text, p_class text, p_phone bytea, p_phone_hash text, p_params bytea,
    p_mode text DEFAULT 'community_referral', p_moved_from bigint DEFAULT NULL,
    p_source text DEFAULT 'draft', p_event text DEFAULT 'referral.booked', p_exceptions uuid[] DEFAULT '{}'
) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_version integer;
    v_new bigint;
    v_exception record;
BEGIN
    IF NOT pool_claim(p_pool_slot, 'booked', p_booking) THEN
        RETURN 'slot_not_available';
    END IF;
    v_version := vault_advance('referral_referral', p_referral, p_source, 'booked', 'referral', p_referral_public,
                               p_event, p_actor_kind, p_actor, p_actor_post, '');
    IF v_version <> p_version + 1 THEN
        RETURN 'stale_state';
    END IF;
    INSERT INTO referral_booking (
        public_id, number, referral_id, patient_id, pool_slot_id, right_id, post_id, institution_id, department_id, standard_code,
        visit_date, starts_at, ends_at, slot_class, title, status, confirmation_code, code_hash, slip_token, cancel_until, policy,
        cancel_cause, mode, moved_from_id)
    SELECT p_booking, r.number, r.id, r.patient_id, ps.id, p_right, p_post, ps.institution_id, ps.department_id, ps.standard_code,
           ps.visit_date, ps.starts_at, ps.ends_at, ps.slot_class, service.title, 'booked', p_code, p_code_hash, p_slip_token,
           p_cancel_until, p_policy, '', p_mode, p_moved_from
      FROM referral_referral r, reserved_pools_poolslot ps JOIN clinics_service service ON service.id = ps.service_id
     WHERE r.id = p_referral AND ps.id = p_pool_slot
    RETURNING id INTO v_new;
    FOR v_exception IN SELECT o.id, o.public_id FROM referral_ruleoverride o WHERE o.public_id = ANY (p_exceptions) ORDER BY o.id LOOP
        IF vault_advance('referral_ruleoverride', v_exception.id, 'granted', 'used', 'rule_override', v_exception.public_id,
                         'override.used', p_actor_kind, p_actor, p_actor_post, '') = 0 THEN
            RETURN 'stale_state';
        END IF;
        UPDATE referral_ruleoverride SET used_by_id = v_new WHERE id = v_exception.id;
    END LOOP;
    PERFORM vault_event('booking', p_booking, 'booking.booked', '', 'booked', p_actor_kind, p_actor, p_actor_post, '');
    PERFORM vault_outbox_put(p_message, p_template, p_phone, p_phone_hash, p_params, p_booking, 1, NULL, p_class);
    PERFORM vault_audit(p_actor_kind, p_actor, p_actor_post, 'booking.book', 'booking', p_booking, '', p_details, p_digest);
    PERFORM vault_idempotency_key(p_actor, p_key, p_body_hash, p_booking);
    RETURN 'written';
END $$;
