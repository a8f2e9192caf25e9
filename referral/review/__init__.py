"""The hospital's minimal review of a booked referral: accept, ask, redirect, or return with signed advice (R054, R119)."""
