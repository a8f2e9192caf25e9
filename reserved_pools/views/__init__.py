"""The pages of reserved pools and of the values they follow."""
