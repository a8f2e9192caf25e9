"""Knows the case: patient, referral, booking, slip, return."""
