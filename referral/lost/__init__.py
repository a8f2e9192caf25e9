"""Bookings that a restored older copy does not know: written down while they are made, listed when they are lost."""
