"""What a hospital's own system and the platform tell each other: sessions, stops, bookings, returned places, attendance (R097)."""
