"""The same stage as the vault's integration tests."""

from tests.integration.vault.conftest import nudges, own_state_dir, parcel, texts

__all__ = ["nudges", "own_state_dir", "parcel", "texts"]
