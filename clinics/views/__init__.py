"""The pages of the district and of changing posts."""
