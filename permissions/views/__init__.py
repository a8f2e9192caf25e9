"""The pages of this app: logging in, the lock screen, my sessions."""
