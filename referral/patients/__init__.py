"""Who is referred: residents, their documents and guardians, contracts, and the encounters a referral stands on."""
