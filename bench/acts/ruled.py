"""What becomes of bookings, reviews, documents, exceptions and breaches: the rows that each of their operations leaves."""

from bench.acts.trace import Trace

T = Trace
NOTHING_LEFT = {"inbox_read", "inbox_read_all", "policy_set_preview"}
BOOKINGS = {
    "bookings_move": (
        T("booking.book booking", "", "referral visit_date"),
        T("booking.move booking", "", "to"),
    ),
    "bookings_release": (T("booking.cancel booking", "{reason}", "cause reason ends_case"),),
    "bookings_undo_cancel": (T("booking.undo_cancel booking"),),
    "bookings_resend": (T("booking.resend booking"),),
    "bookings_undo_fulfil": (T("undo_fulfil booking"),),
    "bookings_book_next": (T("booking.book_next booking", "", "kind follows visit_date"),),
    "disruptions_choose": (T("booking.substitute booking", "clinic_stopped", "from stop visit_date"),),
    "disruptions_call": (T("note_call disruption", "unreachable"),),
    "disruptions_settle": (T("booking.cancel booking", "clinic_stopped", "cause"),),
    "clinic_sessions_stand_in": (T("change_session clinic_session", "{reason}", "to date kind half_day"),),
    "bookings_call": (T("call_absent booking", "will_not_come"),),
    "bookings_no_show": (
        T("miss booking", "no_word"),
        T("breach.record breach", "no_word", "kind"),
    ),
}
REVIEW = {
    "review_accept_many": (T("review.accept referral"),),
    "referrals_accept": (T("review.accept referral"),),
    "referrals_submit": (T("referral.submit referral", "", "service"),),
    "referrals_withdraw": (T("referral.withdraw referral"),),
    "referrals_accept.asked": (T("review.accept referral", "", "valid_until"),),
    "referrals_return_with_advice.asked": (T("review.return referral", "{reason}"),),
    "referrals_undo_accept": (T("review.undo_accept referral"),),
    "referrals_read_amendment": (T("review.read_amendment referral"),),
    "referrals_ask": (T("review.ask referral"),),
    "referrals_go_on": (T("review.withdraw_question referral"),),
    "referrals_answer": (T("review.answer referral"),),
    "referrals_redirect": (
        T("booking.book booking", "", "referral visit_date"),
        T("review.redirect referral", "{reason}", "to"),
    ),
    "referrals_return_with_advice": (
        T("booking.cancel booking", "{reason}", "cause"),
        T("review.return referral", "{reason}"),
    ),
    "referrals_acknowledge": (T("review.acknowledge referral"),),
    "referrals_amend": (T("referral.amend referral", "补充用药", "fields version"),),
    "referrals_rebook": (T("referral.open_again referral"),),
    "referrals_close": (T("referral.close referral", "{reason}"),),
}
SETS = {
    "policy_set_choose": (T("enter_policy_set policy_set", "", "from document parameters"),),
    "policy_set_try": (T("simulate_policy_set policy_simulation", "", "days bookings document"),),
    "policy_choice_approve": (T("approve_policy_set policy_set", "", "from document parameters"),),
    "policy_choice_reject": (T("reject_policy_set policy_set", "{reason}", "from document"),),
    "policy_choice_withdraw": (T("withdraw_policy_set policy_set", "", "from document"),),
    "policy_choice_undo": (T("undo_policy_set policy_set", "{reason}", "from document"),),
    "policy_choice_end": (T("ask_end_of_policy_set policy_set", "", "from document"),),
    "criteria_begin": (T("begin_criteria_set criteria_set", "", "from title number lines"),),
    "criteria_rewrite": (T("correct_criteria_set criteria_set", "", "from title number lines"),),
    "criteria_copy": (T("begin_criteria_set criteria_set", "", "from title number lines"),),
    "criteria_hand_in": (T("hand_in_criteria_set criteria_set", "", "from title number"),),
    "criteria_approve": (T("approve_criteria_set criteria_set", "", "from title number"),),
    "criteria_send_back": (T("send_back_criteria_set criteria_set", "{reason}", "from title number"),),
    "criteria_withdraw": (T("withdraw_criteria_set criteria_set", "", "from title number"),),
    "criteria_undo": (T("undo_criteria_set criteria_set", "{reason}", "from title number"),),
    "criteria_end": (T("ask_end_of_criteria_set criteria_set", "", "from title number"),),
}
PEOPLE = {
    "messages_resend": (T("message.resend message", "", "text again"),),
    "controls_propose": (T("control.propose controlled_identity", "", "tail reason status"),),
    "controls_approve": (T("control.approve controlled_identity", "", "tail reason status"),),
    "controls_reject": (T("control.reject controlled_identity", "核查属实", "tail reason status"),),
    "controls_withdraw": (T("control.withdraw controlled_identity", "", "tail reason status"),),
    "controls_ask_lift": (T("control.ask_lift controlled_identity", "核查属实", "tail reason status"),),
    "controls_lift": (T("control.lift controlled_identity", "", "tail reason status"),),
    "controls_keep": (T("control.keep controlled_identity", "核查属实", "tail reason status"),),
    "exceptions_ask": (T("exception.ask rule_override", "{reason}", "rule status referral"),),
    "exceptions_grant": (T("exception.grant rule_override", "同意", "rule until status referral"),),
    "exceptions_refuse": (T("exception.refuse rule_override", "依据不足", "rule status referral"),),
    "exceptions_withdraw": (T("exception.withdraw rule_override", "", "rule status referral"),),
    "priorities_set": (T("patient.set_priority patient", "", "group valid_to"),),
    "priorities_end": (T("patient.end_priority patient"),),
    "guardians_set": (T("patient.replace_guardian patient", "{reason}", "tail"),),
    "guardians_give_document": (T("patient.give_document patient", "", "document"),),
}
CREDIT = {
    "breaches_appeal": (T("breach.appeal breach"),),
    "bookings_in_error": (T("ask_in_error booking", "{reason}"),),
    "bookings_in_error_withdraw": (T("withdraw_in_error booking"),),
    "bookings_in_error_decide": (T("refuse_in_error booking"),),
    "appeals_decide": (T("breach.strike breach", "{reason}"),),
    "evasions_record": (
        T("breach.record breach", "evasion", "kind"),
        T("ban.list booking_ban", "", "until covers", "system"),
    ),
    "restrictions_set": (T("restriction.set restriction", "{reason}"),),
    "restrictions_lift": (T("restriction.lift restriction", "{reason}"),),
}
RULED: dict[str, tuple[Trace, ...]] = BOOKINGS | REVIEW | SETS | PEOPLE | CREDIT
