"""The life of a booking as data (FHIR Appointment codes): every step, who takes it, and the article behind it."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

DOCTOR: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
RECEIVING: Final = (Role.RECEIVING_DOCTOR.value,)
CONSULTING: Final = (*RECEIVING, Role.REGIONAL_SPECIALIST.value)
WINDOW: Final = (Role.WINDOW_CLERK.value,)
HOSPITAL: Final = (Role.COORDINATOR.value, Role.WINDOW_CLERK.value)
SYSTEM: Final = ("system",)
RESIDENT: Final = ("resident",)
TWO_PERSONS: Final = ("two_persons",)

BOOKING_STATES: Final = StateTable(
    kind="booking",
    transitions=(
        Transition("", "booked", (*DOCTOR, *CONSULTING), "booking.booked", "R114"),
        Transition("", "held", SYSTEM, "booking.offered", "R112"),
        Transition("held", "booked", DOCTOR, "booking.booked", "R112"),
        Transition("held", "cancelled", SYSTEM, "booking.offer_lapsed", "R112"),
        Transition("booked", "arrived", WINDOW, "booking.arrived", "R123"),
        Transition("booked", "cancelled", (*DOCTOR, *RESIDENT, *HOSPITAL, *RECEIVING, *SYSTEM), "booking.cancelled", "R058"),
        Transition("cancelled", "booked", (*DOCTOR, *RESIDENT, *RECEIVING, Role.COORDINATOR.value), "booking.cancel_undone", "R151"),
        Transition("booked", "moved", (*DOCTOR, *RESIDENT, Role.COORDINATOR.value, *SYSTEM), "booking.moved", "R057"),
        Transition("booked", "noshow", (*HOSPITAL, *SYSTEM), "booking.noshow", "R134"),
        Transition("arrived", "noshow", HOSPITAL, "booking.not_seen", "R134"),
        Transition("arrived", "fulfilled", (Role.RECEIVING_DOCTOR.value,), "booking.fulfilled", "R168"),
        Transition("fulfilled", "arrived", CONSULTING, "booking.fulfilment_undone", "R168"),
        Transition("arrived", "booked", (*WINDOW, *TWO_PERSONS), "booking.arrival_undone", "R123"),
        Transition("noshow", "arrived", HOSPITAL, "booking.noshow_undone", "R134"),
        Transition("noshow", "booked", HOSPITAL, "booking.noshow_undone", "R134"),
        Transition("booked", "entered_in_error", TWO_PERSONS, "booking.entered_in_error"),
        Transition("arrived", "entered_in_error", TWO_PERSONS, "booking.entered_in_error"),
        Transition("noshow", "entered_in_error", TWO_PERSONS, "booking.entered_in_error"),
        Transition("fulfilled", "entered_in_error", TWO_PERSONS, "booking.entered_in_error"),
    ),
    final=frozenset({"moved", "entered_in_error"}),
)
