"""What hospitals and the district keep of the supply side: the rows its operations leave, and the acts that need a step before them."""

from functools import partial

from bench.acts.scene import Scene
from bench.acts.trace import Act, Trace
from referral.exchange import webhooks
from tests.integration.bad_input.stage import Endpoint, endpoints_of

T = Trace
STOP = "service first_day last_day"
STOPPED = T("stop_clinic clinic_stop", "leave", f"{STOP} sessions")
OPENED = T("open_pool reserved_pool", "", "share")
CHANGED = "date kind half_day"
PUBLISHED = T("publish_timetable publication", "{reason}", "from to sessions reserved")
TAKEN_OVER = T("take_over places", "", "date places institution")
ARRIVED = T("arrive booking", "", "proof")
CALENDAR_DAY = T("keep_calendar calendar", "", "days")
ENTERED = T("enter_policy policy_row", "", "parameter value from")
OFFERED = T("offer service", "", "kind name")
CORRECTED = T("correct service", "", "fields")
PREVIEWS = {"policy_preview", "timetables_preview"}
STEPS_BEFORE = {
    "calendar_remove", "hospital_calendar_remove", "feed_webhook_rotate", "feed_webhook_test", "feed_webhook_end",
}  # fmt: skip
TIMETABLES = {
    "session_templates_enter": (T("register session_template", "", "name"),),
    "session_templates_correct": (T("correct session_template", "", "name"),),
    "session_templates_end": (T("end session_template", "", "last_day"),),
    "timetables_publish": (PUBLISHED,),
    "timetables_publish.copy": (OPENED, PUBLISHED),
    "clinic_sessions_add": (OPENED, T("change_session clinic_session", "{reason}", f"{CHANGED} places")),
    "clinic_sessions_add_places": (T("change_session clinic_session", "{reason}", f"{CHANGED} places"),),
    "clinic_sessions_add_band": (T("change_session clinic_session", "{reason}", f"{CHANGED} places"),),
    "clinic_sessions_block": (T("change_session clinic_session", "{reason}", f"{CHANGED} withdrawn"),),
    "clinic_sessions_unblock": (T("change_session clinic_session", "{reason}", CHANGED),),
    "clinic_sessions_change_doctor": (T("change_session clinic_session", "{reason}", f"{CHANGED} from to"),),
    "clinic_sessions_stop": (STOPPED,),
    "stops_create": (STOPPED,),
    "stops_approve": (T("approve_stop clinic_stop", "leave", f"{STOP} sessions"),),
    "stops_decline": (T("decline_stop clinic_stop", "leave", STOP),),
    "stops_withdraw": (T("withdraw_stop clinic_stop", "leave", STOP),),
    "calendar_set": (CALENDAR_DAY,),
    "hospital_calendar_set": (T("keep_calendar calendar", "", "days institution"),),
}
POOLS = {
    "pools_set": (T("set_share reserved_pool", "", "from to"),),
    "rebalancings_accept": (T("rebalance rebalancing", "", "from to places institution"),),
    "rebalancings_undo": (T("undo_rebalance rebalancing", "", "from to places institution"),),
    "released_places_acknowledge": (TAKEN_OVER,),
    "policy_enter": (ENTERED,),
    "policy_enter.department": (ENTERED,),
    "policy_approve": (T("approve_policy policy_row", "", "parameter value from"),),
    "policy_reject": (T("reject_policy policy_row", "{reason}", "parameter value from"),),
    "policy_withdraw": (T("withdraw_policy policy_row", "", "parameter value from"),),
    "policy_end": (T("ask_end_of_policy policy_row", "", "parameter value from"),),
}
OFFERS = {
    "booking_rules_enter": (T("enter_rules booking_rules", "", "valid_from"),),
    "fact_labels_define": (T("define_fact fact_label", "", "of name"),),
    "fact_labels_end": (T("end_fact fact_label", "", "of name"),),
    "practitioners_enter": (T("register practitioner", "", "staff_number"),),
    "practitioners_correct": (T("correct practitioner", "", "fields"),),
    "practitioners_bring_back": (T("correct practitioner", "", "fields"),),
    "services_offer": (OFFERED,),
    "services_offer.clinic": (OFFERED,),
    "services_offer.surgery": (OFFERED,),
    "services_correct": (CORRECTED,),
    "services_correct.clinic": (CORRECTED,),
    "services_correct.surgery": (CORRECTED,),
    "services_bring_back": (CORRECTED,),
}
FEED = {
    "feed_push_sessions": (OPENED, T("feed.sessions institution", "", "sessions")),
    "feed_push_stops": (STOPPED,),
    "feed_push_stops.days": (T("stop_clinic clinic_stop", "leave", STOP),),
    "feed_report_attendance": (ARRIVED,),
    "feed_report_attendance.code": (ARRIVED,),
    "feed_acknowledge_bookings": (T("feed.acknowledge institution", "", "bookings"),),
    "feed_acknowledge_released": (TAKEN_OVER,),
    "feed_webhook_open": (T("webhook.open webhook", "", "host events"),),
    "feed_webhook_change": (T("webhook.change webhook", "", "host events"),),
    "feed_webhook_resend": (T("webhook.resend webhook", "", "deliveries"),),
    "feed_webhook_drop": (T("webhook.drop institution", "{reason}", "deliveries"),),
}
SUPPLY: dict[str, tuple[Trace, ...]] = TIMETABLES | POOLS | OFFERS | FEED


def acts(scene: Scene) -> list[Act]:
    """A day entered and taken out again, and an endpoint's new secret, its test and its end."""
    known, held = endpoints_of(scene.stage), scene.stage.exchanged
    return [
        _removed(scene, known["calendar_set"], known["calendar_remove"]),
        _removed(scene, known["hospital_calendar_set"], known["hospital_calendar_remove"]),
        Act("webhook rotate", partial(webhooks.rotate_secret, held.hospital, by=held.by), held.by, (T("webhook.rotate webhook"),)),
        Act("webhook test", partial(webhooks.send_test, held.hospital, by=held.by), held.by, (T("webhook.test webhook"),)),
        Act("webhook end", partial(webhooks.end_endpoint, held.hospital, by=held.by), held.by, (T("webhook.end webhook"),)),
    ]


def _removed(scene: Scene, entered: Endpoint, removed: Endpoint) -> Act:
    def both() -> None:
        scene.request(entered)
        scene.request(removed)

    return Act(removed.operation, both, removed.who, (CALENDAR_DAY,))
