"""Watches over referral rights once they are granted: institutions suspended, attestations, disputes, bulk decisions, dormancy."""
