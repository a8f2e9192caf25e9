"""Who may do what: every role of the platform, every capability, and the one table that joins them."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The kinds of a post in an institution, and the roles that span a district or the platform."""

    FAMILY_DOCTOR = "family_doctor", _("Family doctor")
    REGIONAL_SPECIALIST = "regional_specialist", _("Regional-centre specialist")
    RECEIVING_DOCTOR = "receiving_doctor", _("Receiving doctor")
    MANAGER = "manager", _("Manager")
    COORDINATOR = "coordinator", _("Referral coordinator")
    WINDOW_CLERK = "window_clerk", _("Window clerk")
    DISTRICT_ADMIN = "district_admin", _("District administrator")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")
    PLATFORM_OPERATOR = "platform_operator", _("Platform operator")


class Capability(TextChoices):
    """One thing a door may ask for; doors name capabilities, never roles."""

    SEE_PATIENTS = "see_patients", _("See the residents in one's care")
    WRITE_REFERRAL = "write_referral", _("Write a referral")
    SEE_AVAILABILITY = "see_availability", _("See the reserved places")
    BOOK = "book", _("Book a reserved place")
    CANCEL_BOOKING = "cancel_booking", _("Cancel a booking")
    ACCEPT_RETURN = "accept_return", _("Take over a patient who was sent back")
    ASSIGN_RETURN = "assign_return", _("Name the owner of a return")
    RECEIVE = "receive", _("Receive arriving patients")
    REVIEW_REFERRALS = "review_referrals", _("Review booked referrals of one's hospital")
    BOOK_NEXT = "book_next", _("Book the next visit from the consulting room")
    CALL_ABSENT = "call_absent", _("Call those who did not arrive")
    CONFIRM_ERRORS = "confirm_errors", _("Confirm that an arrival, a visit or an absence was entered in error")
    RESTRICT = "restrict", _("Restrict bookings of one resident at one's hospital")
    APPEAL_BREACH = "appeal_breach", _("Appeal against a resident's recorded no-show")
    DECIDE_APPEALS = "decide_appeals", _("Decide about appeals against no-shows")
    DECIDE_EXCEPTIONS = "decide_exceptions", _("Decide about exceptions from limits")
    CONTROL_IDENTITIES = "control_identities", _("Keep the list of controlled documents")
    SEE_MESSAGES = "see_messages", _("See what messages were sent, and send them again")
    RECORD_VISIT = "record_visit", _("Record a visit and its report")
    SEND_BACK = "send_back", _("Send a patient back")
    SEE_BOOKINGS = "see_bookings", _("See the bookings of one's institution")
    MANAGE_POOLS = "manage_pools", _("Manage reserved pools and sessions")
    KEEP_REGISTER = "keep_register", _("Keep one's hospital's departments, doctors and services")
    APPROVE_STOP = "approve_stop", _("Decide about a long stop of a clinic")
    DAY_LIST = "day_list", _("Print the list of tomorrow's patients")
    EXCHANGE = "exchange", _("Connect the hospital's own system")
    SET_POLICY = "set_policy", _("Enter and approve the regulation's values and the calendar")
    DISPUTE_RIGHTS = "dispute_rights", _("Dispute a right granted on one's hospital")
    MANAGE_POSTS = "manage_posts", _("Manage the posts of one's institution")
    MANAGE_RESIDENTS = "manage_residents", _("Manage the residents and contracts of one's centre")
    ATTEST_RIGHTS = "attest_rights", _("Attest the referral rights of one's institution")
    SIGN_CONDUCT = "sign_conduct", _("Sign the monthly list of one's people's acts")
    SEE_RIGHTS = "see_rights", _("See referral rights")
    NOMINATE = "nominate", _("Nominate a doctor for the referral right")
    GRANT_RIGHTS = "grant_rights", _("Grant, suspend and revoke referral rights")
    MANAGE_INSTITUTIONS = "manage_institutions", _("Register institutions, alliances and their people")
    MANAGE_ROLES = "manage_roles", _("Appoint and confirm the administrators of the district")
    SEE_DISTRICT = "see_district", _("See the district's figures")
    EVALUATE = "evaluate", _("Write and sign the district's finding about a month")
    READ_AUDIT = "read_audit", _("Read the audit trail")
    MANAGE_ACCOUNTS = "manage_accounts", _("Manage accounts")
    END_SESSIONS = "end_sessions", _("End the sessions of others")
    OPERATE = "operate", _("Run the platform")


C = Capability
REFERRER = frozenset({C.SEE_PATIENTS, C.WRITE_REFERRAL, C.SEE_AVAILABILITY, C.BOOK, C.CANCEL_BOOKING, C.ACCEPT_RETURN, C.APPEAL_BREACH})

# System, security and audit administration stay in three hands (GB/T 22239-2019, 8.1.4): no role below has two of them,
# and none of the three may see a patient.
CAPABILITIES: Mapping[Role, frozenset[Capability]] = MappingProxyType(
    {
        Role.FAMILY_DOCTOR: REFERRER,
        Role.REGIONAL_SPECIALIST: REFERRER | {C.RECORD_VISIT, C.SEND_BACK, C.SEE_BOOKINGS, C.BOOK_NEXT},
        Role.RECEIVING_DOCTOR: frozenset({C.RECORD_VISIT, C.SEND_BACK, C.SEE_BOOKINGS, C.REVIEW_REFERRALS, C.BOOK_NEXT}),
        Role.MANAGER: frozenset(
            {
                C.MANAGE_POSTS,
                C.MANAGE_RESIDENTS,
                C.NOMINATE,
                C.ATTEST_RIGHTS,
                C.SIGN_CONDUCT,
                C.SEE_RIGHTS,
                C.ASSIGN_RETURN,
                C.SEE_AVAILABILITY,
                C.KEEP_REGISTER,
                C.APPROVE_STOP,
            }
        ),
        Role.COORDINATOR: frozenset(
            {
                C.MANAGE_POOLS,
                C.KEEP_REGISTER,
                C.APPROVE_STOP,
                C.DAY_LIST,
                C.EXCHANGE,
                C.SEE_BOOKINGS,
                C.SEE_AVAILABILITY,
                C.SEE_RIGHTS,
                C.DISPUTE_RIGHTS,
                C.REVIEW_REFERRALS,
                C.CALL_ABSENT,
                C.CONFIRM_ERRORS,
                C.RESTRICT,
            }
        ),
        Role.WINDOW_CLERK: frozenset({C.RECEIVE, C.SEE_BOOKINGS, C.DAY_LIST, C.CALL_ABSENT}),
        Role.DISTRICT_ADMIN: frozenset(
            {
                C.GRANT_RIGHTS,
                C.SEE_RIGHTS,
                C.SEE_DISTRICT,
                C.SEE_AVAILABILITY,
                C.MANAGE_INSTITUTIONS,
                C.MANAGE_POSTS,
                C.MANAGE_ROLES,
                C.KEEP_REGISTER,
                C.SET_POLICY,
                C.DECIDE_APPEALS,
                C.DECIDE_EXCEPTIONS,
                C.CONTROL_IDENTITIES,
                C.SEE_MESSAGES,
                C.EVALUATE,
            }
        ),
        Role.SYSTEM_ADMIN: frozenset({C.MANAGE_ACCOUNTS}),
        Role.SECURITY_ADMIN: frozenset({C.END_SESSIONS}),
        Role.AUDIT_ADMIN: frozenset({C.READ_AUDIT}),
        Role.PLATFORM_OPERATOR: frozenset({C.OPERATE}),
    }
)

# Doctors work at two desks, a consulting room and a ward or home; everybody else at one (DESIGN.md 6).
DOCTORS = frozenset({Role.FAMILY_DOCTOR, Role.REGIONAL_SPECIALIST, Role.RECEIVING_DOCTOR})
POST_KINDS = frozenset({*DOCTORS, Role.MANAGER, Role.COORDINATOR, Role.WINDOW_CLERK})
DISTRICT_ROLES = frozenset(Role) - POST_KINDS
POST_KIND_CHOICES = [(role.value, role.label) for role in Role if role in POST_KINDS]
DISTRICT_ROLE_CHOICES = [(role.value, role.label) for role in Role if role in DISTRICT_ROLES]
REFERRING_KINDS = frozenset({Role.FAMILY_DOCTOR, Role.REGIONAL_SPECIALIST})
# Three different people, whatever else they are.
OFFICES_APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

# Said in one's own name: who holds an office, whose account is closed, that people hold their posts and what they did. A
# program's key never includes it.
IN_PERSON = frozenset({C.MANAGE_ROLES, C.MANAGE_ACCOUNTS, C.END_SESSIONS, C.ATTEST_RIGHTS, C.SIGN_CONDUCT, C.EVALUATE})


def role_can(role: Role | None, capability: Capability) -> bool:
    """Whether a role includes a capability; nobody in particular can do nothing."""
    return role is not None and capability in CAPABILITIES[role]
