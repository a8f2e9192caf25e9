"""A restore without its fence, for the figure that shows what the fence is for: python -m bench.unfenced BACKUP."""

import sys
from pathlib import Path
from unittest.mock import patch


def main(folder: str) -> None:
    """The copy is put in place as it was; nothing is taken away, ended, held or listed."""
    import django

    django.setup()
    from vault.backup import restoring
    from vault.fence.models import Restoration
    from vault.fence.passing import Copy

    def no_fence(copy: Copy, *, reason: str) -> Restoration:
        return Restoration.objects.create(backup=copy.name, taken_at=copy.taken_at, seal=copy.seal, reason=reason)

    with patch.object(restoring, "pass_fence", no_fence):
        restoring.restore(restoring.Wanted(Path(folder), "without a fence", "referral", without_journal=True), print)


if __name__ == "__main__":
    main(sys.argv[1])
