"""The REST doors of this app: logging in, who I am, my sessions."""
