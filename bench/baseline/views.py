"""The generic view in front of it, with guardian asked object by object."""

from typing import Any

from rest_framework import generics, permissions, serializers
from rest_framework.request import Request

from bench.baseline.serializers import BookingSerializer
from permissions.doors import SessionOrBearer
from referral.booking.models import Booking
from vault.idempotency import find


class IsReferrer(permissions.BasePermission):
    """Whoever may refer to something at all."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated and request._request.acting.post)  # type: ignore[attr-defined]


class BookingCreate(generics.CreateAPIView[Booking]):
    """POST {referral, pool_slot}."""

    queryset = Booking.objects.all()
    serializer_class = BookingSerializer
    authentication_classes = (SessionOrBearer,)
    permission_classes = (permissions.IsAuthenticated, IsReferrer)
    policies: dict[str, Any] = {}

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {
            "acting": self.request._request.acting,  # type: ignore[attr-defined]
            "key": self.request.headers["Idempotency-Key"],
        }

    def perform_create(self, serializer: serializers.BaseSerializer[Booking]) -> None:
        user, place = self.request.user, serializer.validated_data["pool_slot"]
        alliances = place.institution.alliances.all()
        may = user.has_perm("clinics.refer_to_institution", place.institution)
        if not may and not any(user.has_perm("clinics.refer_to_alliance", alliance) for alliance in alliances):
            self.permission_denied(self.request)
        find(user.public_id, self.request.headers["Idempotency-Key"], b"")  # type: ignore[union-attr]
        serializer.save()
