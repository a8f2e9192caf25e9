"""Knows how many places are held for referrals."""
