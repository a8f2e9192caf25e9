"""The trail, followed into a file outside the database: what a restored older copy has lost can be read there."""

from vault.journal.kinds import again, at_every_fence, passing, told

__all__ = ["again", "at_every_fence", "passing", "told"]
