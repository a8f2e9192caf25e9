"""Commands of the vault: sealing, verifying, changing keys."""
