"""The interface of reserved places."""
