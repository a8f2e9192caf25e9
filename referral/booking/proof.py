"""What a patient shows at the window: the confirmation code, the slip's QR, or the document used for booking (R024, R123)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.identity.documents import DocumentType, parse_document
from referral.booking import codes
from referral.cases.versions import ReferralVersion
from vault.crypto import keyed_hashes
from vault.refusal import Refusal, invalid

TOKEN: Final = re.compile(r"(?:\A|/slips/)(r1\.[A-Za-z0-9_-]{16,40})/?\Z")


class ProofKind(StrEnum):
    CODE = "code"
    SLIP = "slip"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing shown; `values` are keyed hashes (or the slip's token), never the code or the number itself."""

    kind: ProofKind
    values: tuple[str, ...]

    @property
    def fits(self) -> Q:
        """Which bookings it opens: a document only as it was used for booking, a guardian's only for a child without one (R025)."""
        if self.kind is ProofKind.CODE:
            return Q(code_hash__in=self.values)
        if self.kind is ProofKind.SLIP:
            earlier = ReferralVersion.objects.filter(slip_token__in=self.values)  # the paper is superseded, the booking holds
            return Q(slip_token__in=self.values) | Q(pk__in=earlier.values("booking"))
        own = Q(patient__identifiers__is_primary=True, patient__identifiers__number_hash__in=self.values)
        guardian = Q(patient__identifiers__isnull=True, patient__guardian__number_hash__in=self.values)
        return own | guardian


def by_code(raw: str) -> Proof:
    """A confirmation code as typed. Refuses with `invalid_input` when it cannot be one."""
    return Proof(ProofKind.CODE, tuple(keyed_hashes(codes.clean_code(raw), codes.PURPOSE)))


def by_document(kind: str, raw: str) -> Proof:
    """A document of a named type. Refuses with `invalid_input` when the number cannot be one of that type."""
    return _proof_of_keys({parse_document(kind, raw, field="document.number").key})


def read_proof(raw: str) -> Proof:
    """Whatever was typed or scanned into the window's one field. Refuses with `invalid_input` when it can be none of the three."""
    token = TOKEN.search(raw.strip())
    if token:
        return Proof(ProofKind.SLIP, (token[1],))
    try:
        return by_code(raw)
    except Refusal:
        keys = _documents_it_may_be(raw)
    if not keys:
        raise invalid(
            "proof",
            _("This is neither a confirmation code nor a document number."),
            remedy=_("The code has 8 characters. A document number must be complete; the check character is part of it."),
        )
    return _proof_of_keys(keys)


def _proof_of_keys(keys: set[str]) -> Proof:
    return Proof(ProofKind.DOCUMENT, tuple(found for key in sorted(keys) for found in keyed_hashes(key, "identity")))


def _documents_it_may_be(raw: str) -> set[str]:
    """The key of the text under every kind of document that can read it."""
    keys = set()
    for kind in DocumentType:
        try:
            keys.add(parse_document(kind, raw).key)
        except Refusal:
            continue
    return keys
