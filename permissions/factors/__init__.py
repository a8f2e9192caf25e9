"""The second factor: authenticator, recovery codes, and what the district may do when a person has lost them."""
