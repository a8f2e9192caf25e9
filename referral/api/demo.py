"""The one door that exists in the demonstration only: a visit day comes at once."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs
from permissions.roles import Capability
from referral.api.arrivals import shown
from referral.demo.day import bring_to_today


class VisitDayComes(Api):
    """The booking is for today; answers 404 outside the demonstration."""

    policies = {"POST": Needs(Capability.RECEIVE)}

    @extend_schema(exclude=True)
    def post(self, request: Request, booking: UUID) -> Response:
        return shown(bring_to_today(booking, by=self.acting), by=self.acting)
