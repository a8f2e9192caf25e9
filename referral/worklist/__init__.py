"""What a doctor has to do: her patients, her open referrals, returns that wait, by the nearest deadline."""
