"""REST doors of the referral rooms: one class per path, no transactions and no rules."""
