"""The district's referral criteria: lists in versions, two persons for each, read by diagnosis when a referral is written."""
