"""What every door stands on: pages, API classes, the strict parser and the headers of safe writing."""

from permissions.authentication import SessionOrBearer
from permissions.doors.api import Api
from permissions.doors.fields import QueryCountField, StrictChoiceField, StrictDateField, StrictDateTimeField, StrictUUIDField
from permissions.doors.headers import etag, idempotency_key, if_match
from permissions.doors.page import Page
from permissions.doors.schema import IDEMPOTENCY_KEY, IF_MATCH
from permissions.doors.serializers import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer
from permissions.guards import BEFORE_DUTIES, EVEN_LOCKED, PUBLIC, SIGNED_IN, Needs
from permissions.parser import StrictJSONParser

__all__ = [
    "BEFORE_DUTIES",
    "EVEN_LOCKED",
    "IDEMPOTENCY_KEY",
    "IF_MATCH",
    "PUBLIC",
    "SIGNED_IN",
    "Api",
    "Needs",
    "Page",
    "QueryCountField",
    "SessionOrBearer",
    "StrictBooleanField",
    "StrictCharField",
    "StrictChoiceField",
    "StrictDateField",
    "StrictDateTimeField",
    "StrictIntegerField",
    "StrictJSONParser",
    "StrictSerializer",
    "StrictUUIDField",
    "etag",
    "idempotency_key",
    "if_match",
]
