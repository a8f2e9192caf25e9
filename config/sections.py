"""The sections of the top bar: which capability opens which, and which pages light it up."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.models import InstitutionKind
from permissions.acting import Acting
from permissions.roles import Capability


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the bar: words, the address's name, who sees it, the pages that belong to it, and whose count it shows."""

    label: Any
    url: str
    needs: frozenset[Capability]
    pages: frozenset[str]
    count: str = ""
    at_hospitals: bool = False

    def is_for(self, acting: Acting | None) -> bool:
        """Whether somebody acting so has this entry; what only hospitals do is no entry of a centre's manager."""
        if acting is None or not any(acting.can(capability) for capability in self.needs):
            return False
        return not self.at_hospitals or acting.post is None or acting.post.institution.kind == InstitutionKind.HOSPITAL


def section(label: Any, needs: set[Capability], *pages: str, count: str = "", at_hospitals: bool = False) -> Section:
    """A section; the first of its pages is where it leads."""
    return Section(label, pages[0], frozenset(needs), frozenset(pages), count, at_hospitals)


OF_CONTRACTS = ("contract_new", "contract_renew", "contract_end")
OF_RESIDENTS = ("resident_page", "looks_at", "resident_correct", *OF_CONTRACTS, "resident_guardian")
OF_PLACES = ("institution", "institution_new", "institution_edit", "department", "alliances", "alliance", "alliance_leave", "contacts")
OF_HOSPITAL = ("institution", "institution_edit", "department", "booking_rules", "booking_rules_paper", "subject_map")
OF_OFFERS = ("service", "service_new", "service_edit", "practitioners", "practitioner", "practitioner_new", "practitioner_edit")
OF_REGISTER = ("booking_rules", "booking_rules_paper", "subject_map", "facts", "fact_end")
OF_WEEK = ("week_publish", "clinic_session", "clinic_session_new", "timetable", "template", "template_new")
OF_PEOPLE = ("person", "person_new", "person_name", "person_post", "person_access", "post_edit")
OF_CRITERIA = ("criteria", "criteria_new", "criteria_set", "criteria_copy", "criterion")
OF_RIGHTS = ("right", "right_new", "rights_decide", "rights_decided", "suspensions", "suspension", "disputes", "dispute", "dispute_new")
SECTIONS: tuple[Section, ...] = (
    section(_("Worklist"), {Capability.WRITE_REFERRAL}, "home", count="todo"),
    section(
        _("My patients"), {Capability.SEE_PATIENTS}, "patients", "patient", "patient_new", "encounter_new", "referral_new", *OF_RESIDENTS
    ),
    section(_("Residents"), {Capability.MANAGE_RESIDENTS}, "residents", "resident_move", "care_teams", "care_team", *OF_RESIDENTS),
    section(
        _("Referrals"),
        {Capability.WRITE_REFERRAL},
        "referrals",
        "referral",
        "referral_edit",
        "referral_amend",
        "referral_versions",
        "referral_answer",
        "book",
        "booking_done",
        "booking_cancel",
        "disruption_of_booking",
        "booking_move",
        "booking_resend",
        "exception_new",
        "exception",
    ),
    section(_("Priority groups"), {Capability.SEE_PATIENTS, Capability.MANAGE_RESIDENTS}, "priorities", "resident_priority"),
    section(_("Week of places"), {Capability.MANAGE_POOLS}, "week", *OF_WEEK),
    section(_("Places"), {Capability.BOOK, Capability.MANAGE_POOLS}, "availability"),
    section(_("Booked visits"), {Capability.MANAGE_POOLS}, "hospital_bookings", "booking_release", at_hospitals=True),
    section(_("Arrivals today"), {Capability.RECEIVE}, "arrivals", "arrive"),
    section(_("Send again"), {Capability.RECEIVE}, "booking_resend"),
    section(_("Not arrived"), {Capability.CALL_ABSENT}, "absent", "absent_one", count="errors", at_hospitals=True),
    section(_("Restrictions"), {Capability.RESTRICT}, "restrictions", "restriction", at_hospitals=True),
    section(
        _("Review"),
        {Capability.REVIEW_REFERRALS},
        "review",
        "review_case",
        "review_request",
        "review_redirect",
        "review_return",
        count="review",
        at_hospitals=True,
    ),
    section(_("My visits"), {Capability.RECORD_VISIT}, "visits", "visit", "next_visit", "booking_release", "return_new"),
    section(_("Returned to us"), {Capability.ACCEPT_RETURN, Capability.ASSIGN_RETURN}, "returns", "return", count="returns"),
    section(_("Worklist"), {Capability.SEE_DISTRICT}, "district"),
    section(_("Nominations"), {Capability.NOMINATE}, "nominations", "nomination", "nomination_new", count="nominations"),
    section(_("Nominations"), {Capability.GRANT_RIGHTS}, "worklist", "judgement", "worklist_grant", count="nominations"),
    section(_("Institutions"), {Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS}, "institutions", *OF_PLACES, *OF_REGISTER),
    section(_("My hospital"), {Capability.MANAGE_POOLS}, "institutions", *OF_HOSPITAL),
    section(_("People"), {Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS}, "people", *OF_PEOPLE),
    section(_("Services and doctors"), {Capability.KEEP_REGISTER}, "services", *OF_OFFERS, at_hospitals=True),
    section(
        _("Import lists"),
        {Capability.MANAGE_POSTS, Capability.MANAGE_RESIDENTS, Capability.MANAGE_INSTITUTIONS, Capability.KEEP_REGISTER},
        "imports",
        "import",
    ),
    section(_("Day list"), {Capability.DAY_LIST}, "day_list"),
    section(
        _("Stopped clinics"),
        {Capability.MANAGE_POOLS, Capability.APPROVE_STOP, Capability.SEE_DISTRICT},
        "stops",
        "stop",
        "stop_new",
        "disruptions",
        "disruption",
        "special_stops",
        "session_affected",
        count="stops",
        at_hospitals=True,
    ),
    section(_("Places ahead"), {Capability.MANAGE_POOLS}, "pools", "pool_shares"),
    section(_("Came back"), {Capability.MANAGE_POOLS}, "released", count="released"),
    section(_("Compliance"), {Capability.SEE_DISTRICT, Capability.MANAGE_POOLS}, "compliance"),
    section(
        _("Evaluation"),
        {Capability.SEE_DISTRICT, Capability.MANAGE_POOLS, Capability.SIGN_CONDUCT},
        "evaluation",
        "finding",
        "finding_new",
        count="findings",
    ),
    section(_("Hospital's system"), {Capability.EXCHANGE}, "exchange", "exchange_deliveries"),
    section(_("Contact list"), {Capability.MANAGE_POOLS}, "contacts"),
    section(
        _("Policy"),
        {Capability.SET_POLICY, Capability.MANAGE_POOLS},
        "policy",
        "policy_value",
        "policy_drafts",
        "policy_row",
        "policy_sets",
        "policy_set",
        "policy_choice",
        "policy_simulation",
        *OF_CRITERIA,
        "calendar",
        count="policy",
    ),
    section(_("Exceptions"), {Capability.DECIDE_EXCEPTIONS}, "exceptions", "exception", count="exceptions"),
    section(_("Controlled documents"), {Capability.CONTROL_IDENTITIES}, "controls", "control", "control_new", count="controls"),
    section(_("Missed visits"), {Capability.APPEAL_BREACH, Capability.DECIDE_APPEALS}, "breaches", "breach", "bans", count="appeals"),
    section(_("Quarterly attestation"), {Capability.ATTEST_RIGHTS}, "attestation"),
    section(_("Referral rights"), {Capability.SEE_RIGHTS}, "rights", "attestation_progress", *OF_RIGHTS),
    section(_("Administrators"), {Capability.MANAGE_ROLES}, "administrators", "administrator"),
    section(_("Accounts"), {Capability.MANAGE_ACCOUNTS}, "accounts", "account"),
    section(_("Who is logged in"), {Capability.END_SESSIONS}, "live_sessions", "live_session"),
    section(_("Messages to residents"), {Capability.SEE_MESSAGES}, "messages"),
    section(_("Audit trail"), {Capability.READ_AUDIT}, "trail"),
    section(_("Platform"), {Capability.OPERATE}, "platform"),
    section(_("Monthly lists"), {Capability.SIGN_CONDUCT, Capability.SEE_DISTRICT}, "conduct", "conduct_month"),
    section(_("Handing over"), {Capability.MANAGE_POSTS}, "handover", "handover_post", count="handover"),
)
