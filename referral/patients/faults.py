"""Every fault of a form at once; at home in the vault, named here for those who register residents."""

from vault.faults import Faults

__all__ = ["Faults"]
