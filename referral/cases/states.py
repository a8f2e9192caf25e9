"""The life of a referral as data: every step, who takes it, and the article behind it."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

DOCTOR: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
RECEIVING: Final = (Role.RECEIVING_DOCTOR.value,)
HOSPITAL: Final = (Role.RECEIVING_DOCTOR.value, Role.COORDINATOR.value)
SYSTEM: Final = ("system",)

REFERRAL_STATES: Final = StateTable(
    kind="referral",
    transitions=(
        Transition("", "draft", DOCTOR, "referral.written", "R104"),
        Transition("draft", "booked", DOCTOR, "referral.booked", "R114"),
        Transition("draft", "on_standby", DOCTOR, "referral.waiting", "R112"),
        Transition("draft", "submitted", DOCTOR, "referral.submitted", "R072"),
        Transition("draft", "expired", SYSTEM, "referral.expired", "R112"),
        Transition("draft", "cancelled", DOCTOR, "referral.cancelled", "R058"),
        Transition("on_standby", "booked", (*SYSTEM, *DOCTOR), "referral.booked", "R112"),
        Transition("on_standby", "draft", DOCTOR, "referral.stopped_waiting"),
        Transition("on_standby", "expired", SYSTEM, "referral.expired", "R112"),
        Transition("submitted", "accepted", HOSPITAL, "referral.accepted", "R054"),
        Transition("submitted", "draft", DOCTOR, "referral.submission_withdrawn", "R072"),
        Transition("submitted", "returned_with_advice", RECEIVING, "referral.returned_with_advice", "R054"),
        Transition("submitted", "cancelled", DOCTOR, "referral.cancelled", "R058"),
        Transition("submitted", "expired", SYSTEM, "referral.expired", "R199"),
        Transition("booked", "accepted", HOSPITAL, "referral.accepted", "R054"),
        Transition("booked", "info_requested", HOSPITAL, "referral.asked", "R054"),
        Transition("booked", "booked", HOSPITAL, "referral.redirected", "R119"),
        Transition("booked", "returned_with_advice", HOSPITAL, "referral.returned_with_advice", "R054"),
        Transition("booked", "draft", (*DOCTOR, *HOSPITAL, "resident", *SYSTEM), "referral.booking_cancelled", "R058"),
        Transition("booked", "attended", HOSPITAL, "referral.attended", "R123"),
        Transition("booked", "not_attended", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.not_attended", "R134"),
        Transition("booked", "cancelled", DOCTOR, "referral.cancelled", "R058"),
        Transition("accepted", "booked", (*DOCTOR, *HOSPITAL), "referral.booked", "R114"),
        Transition("accepted", "attended", HOSPITAL, "referral.attended", "R123"),
        Transition("accepted", "not_attended", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.not_attended", "R134"),
        Transition("accepted", "draft", (*DOCTOR, *HOSPITAL, "resident", *SYSTEM), "referral.booking_cancelled", "R058"),
        Transition("accepted", "cancelled", DOCTOR, "referral.cancelled", "R058"),
        Transition("accepted", "expired", SYSTEM, "referral.expired", "R199"),
        Transition("info_requested", "booked", (*DOCTOR, *HOSPITAL), "referral.answered", "R104"),
        Transition("info_requested", "cancelled", DOCTOR, "referral.cancelled", "R058"),
        Transition("info_requested", "draft", (*DOCTOR, *HOSPITAL, "resident", *SYSTEM), "referral.booking_cancelled", "R058"),
        Transition("info_requested", "attended", HOSPITAL, "referral.attended", "R123"),
        Transition("info_requested", "not_attended", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.not_attended", "R134"),
        Transition("not_attended", "draft", DOCTOR, "referral.rebooking", "R057"),
        Transition("not_attended", "closed", (*DOCTOR, "two_persons"), "referral.closed"),
        Transition("not_attended", "booked", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.attendance_corrected", "R134"),
        Transition("not_attended", "accepted", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.attendance_corrected", "R134"),
        Transition("not_attended", "info_requested", (*HOSPITAL, Role.WINDOW_CLERK.value), "referral.attendance_corrected", "R134"),
        Transition("attended", "booked", RECEIVING, "referral.attendance_undone", "R168"),
        Transition("attended", "accepted", RECEIVING, "referral.attendance_undone", "R168"),
        Transition("attended", "info_requested", RECEIVING, "referral.attendance_undone", "R168"),
        Transition("attended", "reported", RECEIVING, "referral.reported", "R168"),
        Transition("reported", "returned", RECEIVING, "referral.returned", "R129"),
        Transition("reported", "closed", DOCTOR, "referral.closed"),
        Transition("returned", "closed", (*DOCTOR, *SYSTEM), "referral.closed", "R129"),
        Transition("cancelled", "booked", (*DOCTOR, *HOSPITAL, "resident"), "referral.cancel_undone", "R151"),
    ),
    final=frozenset({"expired", "closed", "returned_with_advice"}),
)
# Nobody's work any more. Only a referral that ended with its booking comes back from "cancelled", within minutes and with it.
OVER: Final = REFERRAL_STATES.final | {"cancelled"}
