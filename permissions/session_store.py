"""What one page leaves for the next (such as "saved"), kept in the session's own row; a stranger's is forgotten."""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from permissions.models import Session


class SessionStore(SessionBase):
    """Django's session interface over our sessions: messages work, and nobody becomes signed in by it."""

    def __init__(self, session_key: str | None = None, row: Session | None = None) -> None:
        super().__init__(str(row.public_id) if row else session_key)
        self.row = row

    def load(self) -> dict[str, Any]:
        return dict(self.row.data) if self.row else {}

    def save(self, must_create: bool = False) -> None:
        if self.row:
            Session.objects.filter(pk=self.row.pk).update(data=dict(self.items()))

    def create(self) -> None:
        """Sessions are made by logging in only."""

    def exists(self, session_key: str) -> bool:
        return False

    def delete(self, session_key: str | None = None) -> None:
        """Sessions are ended, never deleted, by `permissions.sessions`."""
