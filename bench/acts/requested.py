"""Every operation of the interface that writes, and the rows that each must leave."""

from dataclasses import replace
from functools import partial

from bench.acts.ruled import NOTHING_LEFT, RULED
from bench.acts.scene import Scene
from bench.acts.supplied import PREVIEWS, STEPS_BEFORE, SUPPLY
from bench.acts.trace import Act, Trace
from tests.integration.bad_input.schema import operations
from tests.integration.bad_input.stage import Endpoint, Stage, endpoints_of

T = Trace
# These change nothing that a trail is for: they look something up, preview, or say again what was said.
LEAVE_NOTHING = {
    "arrivals_find",
    "rights_bulk_preview",
    "me_factor_create",
    "duties_accept",
    "auth_verify_create",
    *PREVIEWS,
    *NOTHING_LEFT,
}
# Bodies that only make sense as files or after a step before them; bench/acts/*.py does each by a use case or another request.
DONE_ELSEWHERE = {
    "administrators_confirm", "administrators_withdraw", "auth_logout_create", "founding_confirm", "imports_receive", "keys_end",
    "me_sessions_destroy", "papers_add", "papers_take_away", "appeal_papers_add", "appeal_papers_take_away", "trail_proof_ask",
    "auth_verify_create", "duties_accept", *STEPS_BEFORE,
}  # fmt: skip
LEFT = (T("right.end right", "left"), T("end_grants right", "left", "targets"), T("end_post post", "left", "user institution"))
MOVED = (T("right.end right", "moved"), T("end_grants right", "moved", "targets"), T("end_post post", "moved", "user institution"))
GIVEN = T("hand_over referral", "left", "from to")
OPENED = T("open_post post", "", "user institution kind")
PROVED = T("give_proof user", "", "proof", "user")
CODES = {
    "keys_make": (T("make_key session", "", "scopes days"),),
    "auth_challenge_create": (T("ask_code challenge", "login", "", "anonymous"),),
    "auth_alternative_create": (PROVED, T("log_in session", "", "proofs", "user")),
    "auth_proof_create": (PROVED, T("unlock session", "", "proof", "user")),
    "me_factor_codes_create": (PROVED, T("renew_recovery_codes user", by="user")),
    "me_factor_remove_create": (PROVED, T("take_away_authenticator user", by="user")),
    "me_factor_confirm_create": (T("set_up_authenticator user", by="user"), T("renew_recovery_codes user", by="user")),
    "people_unlock_create": (T("rescue.do_unlock user", "in_person", "rescue note"),),
    "people_phone_create": (T("rescue.do_phone user", "in_person", "rescue note phone"), T("change_phone user")),
    "people_proof_create": (T("rescue.do_proof user", "in_person", "rescue note"),),
    "people_factor_reset_create": (T("rescue.do_reset user", "in_person", "rescue note"), T("take_away_authenticator user")),
    "accounts_close": (T("deactivate user", "{reason}"), T("end_session session", "by_revocation")),
    "accounts_reopen": (T("reactivate user", "{reason}"),),
    "accounts_end_sessions": (T("end_all_sessions user", "{reason}", "sessions"),),
    "live_sessions_end": (T("end_session session", "{reason}", "user"),),
}
PLACES = {
    "administrators_appoint": (T("enrol user"), T("enter_role user", "", "role assignment")),
    "administrators_end": (T("end_role user", "{reason}", "role assignment"),),
    "institutions_register": (T("register institution", "", "name"),),
    "institutions_correct": (T("correct institution", "", "fields"),),
    "institutions_correct.station": (T("correct institution"),),
    "departments_add": (T("register department", "", "name"),),
    "departments_correct": (T("correct department", "", "name"),),
    "alliances_found": (T("found alliance", "", "name"),),
    "alliances_correct": (T("correct alliance", "", "name"),),
    "alliances_admit": (T("join alliance", "", "institution"),),
    "alliances_exclude": (T("leave alliance", "", "institution"),),
    "people_correct_name": (T("correct_name user", "{reason}"),),
    "posts_appoint": (T("enrol user"), OPENED),
    "posts_appoint.known": (OPENED,),
    "posts_correct": (T("correct post", "", "fields"),),
    "posts_end": (GIVEN, T("hand_over post", "left", "to contracts"), *LEFT),
    "posts_transfer": (T("hand_over referral", "moved", "from to"), *MOVED, OPENED),
    "posts_transfer.department": (T("hand_over post", "moved", "to contracts"), *MOVED, OPENED),
    "handover_name": (T("hand_over referral", "", "to"), T("hand_over return", "", "to")),
    "handover_contracts": (T("name_doctor user", "", "to contracts"),),
    "conduct_sign": (T("sign_conduct institution", "", "month digest"),),
    "findings_write": (T("finding.write finding", "", "month edition status"),),
    "findings_sign": (T("finding.sign finding", "", "month edition status"),),
    "findings_reject": (T("finding.reject finding", "核对无误", "month edition status"),),
    "findings_withdraw": (T("finding.withdraw finding", "", "month edition status"),),
    "measures_settle": (T("finding.settle finding_measure", "核对无误", "status"),),
    "measures_reopen": (T("finding.reopen finding_measure", "核对无误", "status"),),
    "imports_confirm": (T("import.confirm import", "", "create left_out"),),
    "imports_discard": (T("import.discard import", "", "kind"),),
}
RIGHTS = {
    "nominations_hand_in": (T("right.nominate right", "", "licence wishes note"),),
    "nominations_hand_in_again": (T("right.nominate_again right", "", "licence wishes note"),),
    "nominations_withdraw": (T("right.end right", "in_error"),),
    "nominations_verify": (T("right.verify right", "", "version"),),
    "nominations_send_back": (T("right.send_back right", "licence", "note"),),
    "rights_enter": (T("right.nominate right"), T("right.grant right", "", "until"), T("grant_targets right", "", "targets")),
    "rights_grant": (T("right.grant right", "", "until"), T("grant_targets right", "", "targets")),
    "rights_suspend": (T("right.suspend right", "leave", "note"),),
    "rights_reinstate": (T("right.reinstate right", "", "version"),),
    "rights_revoke": (T("right.revoke right", "moved", "note"),),
    "rights_extend": (T("right.extend right", "", "from to"),),
    "rights_bulk": (T("right.suspend right", "leave", "note"), T("decide_in_bulk bulk_decision", "leave", "act done note")),
    "rights_bulk.extend": (T("right.extend right", "", "from to"), T("decide_in_bulk bulk_decision", "", "act done")),
    "institutions_suspend": (
        T("suspend_institution institution", "closed", "evidence rights"), T("right.suspend right", "institution", "note"),
    ),
    "institutions_revoke": (
        T("revoke_institution institution", "closed", "evidence rights"), T("right.revoke right", "institution", "note"),
        T("end_grants right", "institution", "targets"),
    ),
    "institutions_reinstate": (T("reinstate_institution institution", "closed", "evidence"),),
    "attestations_attest": (T("right.attest right", "", "quarter"),),
    "rights_dispute": (T("open_dispute dispute", "details", "right hospital note"),),
    "disputes_answer": (T("answer_dispute dispute", "unknown", "right remedy answer"), T("right.suspend right", "misconduct", "note")),
    "disputes_withdraw": (T("withdraw_dispute dispute", "unknown", "right hospital"),),
}  # fmt: skip
RESIDENTS = {
    "patients_register": (T("patient.register patient", "", "document"), T("patient.sign_contract patient", "", "contract")),
    "residents_correct": (T("patient.correct patient", "{reason}", "fields"),),
    "contracts_sign": (T("patient.sign_contract patient", "", "contract"),),
    "contracts_renew": (T("patient.sign_contract patient", "", "contract"),),
    "contracts_end": (T("patient.end_contract patient", "resident", "from contract"),),
    "residents_move": (T("patient.sign_contract patient", "", "contract"), T("patient.move_contract patient", "", "contract")),
    "care_teams_form": (T("patient.form_team care_team", "", "doctors"),),
    "care_teams_change": (T("patient.change_team care_team"),),
}
REFERRALS = {
    "encounters_record": (T("patient.see patient", "", "encounter"),),
    "referrals_write": (T("referral.write referral", "", "number truth_accepted"),),
    "referrals_edit": (T("referral.edit referral"),),
    "referrals_cancel": (T("referral.cancel referral", "{reason}"),),
    "bookings_book": (T("booking.book booking", "", "referral visit_date"),),
    "bookings_told": (T("booking.tell booking", "", "things"),),
    "bookings_cancel": (T("booking.cancel booking", "{reason}", "cause"),),
    "bookings_arrive": (T("arrive booking", "", "proof"),),
    "bookings_arrive.document": (T("arrive booking", "", "proof"),),
    "bookings_undo": (T("undo_arrival booking"),),
    "bookings_fulfil": (T("fulfil booking"),),
    "referrals_report": (T("report referral", "", "report"),),
    "referrals_returns_create": (T("send_back return", "", "referral"),),
    "returns_accept": (T("accept return", "", "first_follow_up_on"),),
    "returns_decline": (T("decline return", "{reason}"),),
    "returns_assign": (T("assign return", "", "owner"),),
    "returns_follow_up": (T("follow_up return", "", "seen_on"),),
    "returns_close": (T("close return", "", "outcome"),),
}
EXPECTED: dict[str, tuple[Trace, ...]] = CODES | PLACES | RIGHTS | RESIDENTS | REFERRALS | SUPPLY | RULED


def unlisted(stage: Stage) -> list[str]:
    """The operations that write and are named nowhere here, and those named here for which the stage has no request."""
    writing = {name for name, one in operations().items() if one.method != "GET"}
    return sorted((writing - LEAVE_NOTHING - DONE_ELSEWHERE - set(EXPECTED)) | (set(EXPECTED) - set(endpoints_of(stage))))


def acts(scene: Scene) -> list[Act]:
    """One act for each operation that leaves something."""
    known = {name: one for name, one in endpoints_of(scene.stage).items() if name in EXPECTED}
    return [Act(name, partial(scene.request, one), one.who, said_in(one)) for name, one in known.items()]


def said_in(endpoint: Endpoint) -> tuple[Trace, ...]:
    """The rows of a request; the reason in the sender's own words stands in its body."""
    words = endpoint.body.get("reason", "") if isinstance(endpoint.body, dict) else ""
    return tuple(replace(trace, reason=trace.reason.format(reason=words)) for trace in EXPECTED[endpoint.operation])
