"""Django's start-up check that every door has a policy."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.urls import get_resolver

from permissions.guards import faults_of


def doors_have_policies(**_options: Any) -> list[CheckMessage]:
    """One error for each door without a declared policy; the web server refuses to start with the same words."""
    return [
        Error(fault, hint="Declare `policies` on the class.", id="permissions.E001") for fault in faults_of(get_resolver().url_patterns)
    ]
