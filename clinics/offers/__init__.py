"""What a hospital offers, and the doctors who stand behind it."""
