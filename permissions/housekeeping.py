"""Forgets what logging in leaves behind: old challenges, spent budgets, ended sessions and browsers not seen for long."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from permissions.budgets import DAY
from permissions.models import Authenticator, Challenge, CodeBudget, KnownBrowser, Session, UnlockCode

CHALLENGE_DAYS, BUDGET_DAYS, LONG_BUDGET_DAYS, UNLOCK_DAYS, SESSION_DAYS = 1, 2, 32, 7, 90


@transaction.atomic(durable=True)
def forget_old_logins() -> int:
    """Deletes what can no longer count; says how many rows. The audit trail keeps who logged in when."""
    now = Now()
    old = (
        Challenge.objects.filter(expires_at__lt=now - timedelta(days=CHALLENGE_DAYS)),
        CodeBudget.objects.filter(started_at__lt=now - timedelta(days=BUDGET_DAYS), seconds__lte=DAY),
        CodeBudget.objects.filter(started_at__lt=now - timedelta(days=LONG_BUDGET_DAYS)),
        Authenticator.objects.filter(confirmed=False, created_at__lt=now - timedelta(days=1)),
        UnlockCode.objects.filter(expires_at__lt=now - timedelta(days=UNLOCK_DAYS)),
        KnownBrowser.objects.filter(expires_at__lt=now),
        Session.objects.filter(Q(ended_at__lt=now - timedelta(days=SESSION_DAYS)) | Q(expires_at__lt=now - timedelta(days=SESSION_DAYS))),
    )
    return sum(rows.delete()[0] for rows in old)
