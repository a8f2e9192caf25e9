"""The referral itself: what the doctor wrote, its life, and who may see it."""
