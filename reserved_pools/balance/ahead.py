"""The sessions ahead with reserved places still open: what is booked, what is left, and what is expected to stay unused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Now

from clinics.models import ClinicSession, Institution
from reserved_pools.balance.forecast import Error, Forecast, Past, comparable, error_of, forecast
from reserved_pools.balance.outcomes import Line, histories
from reserved_pools.models import LEFT, PoolKind, PoolSlot

WEEKS_AHEAD = 4
REFERRAL = Q(kind=PoolKind.COMMUNITY_REFERRAL)


@dataclass(frozen=True, slots=True)
class Ahead:
    """One session: places reserved and booked, how many nobody has (`left`), how many more it could take (`room`)."""

    session: ClinicSession
    reserved: int
    booked: int
    left: int
    room: int
    closes_at: datetime
    days_left: int
    forecast: Forecast | None = None

    @property
    def lacking(self) -> int:
        """How many more people are expected than there are places for."""
        return 0 if self.forecast is None else max(0, int(self.forecast.coming) - self.left)

    @property
    def surplus(self) -> int:
        """How many places stay unused in nine of ten cases: they can go."""
        return 0 if self.forecast is None else min(self.left, self.forecast.low)

    @property
    def week(self) -> date:
        """The Monday of its ISO week."""
        return self.session.date - timedelta(days=self.session.date.weekday())


def sessions_ahead(institutions: Iterable[Institution], today: date, *, only: Collection[int] | None = None) -> list[Ahead]:
    """Every session of these hospitals whose reserved places can still be booked or moved, in order of time; three queries.

    `only` names sessions by key. Sessions more than four weeks away are left out: nobody knows them yet.
    """
    return _forecast(_counted(institutions, today, only), today)


def error_ahead(services: Iterable[int], today: date) -> Error | None:
    """How good the forecast of these services was in the last eight weeks; one query."""
    return error_of(histories(services, today).values(), today)


def _counted(institutions: Iterable[Institution], today: date, only: Collection[int] | None) -> list[Ahead]:
    rows = PoolSlot.objects.filter(
        institution__in=list(institutions),
        visit_date__range=(today, today + timedelta(weeks=WEEKS_AHEAD)),
        closed_at=None,
        closes_at__gt=Now(),
        slot__session__status="planned",
        slot__is_blocked=False,
    )
    if only is not None:
        rows = rows.filter(slot__session__in=only)
    counted = {
        row["slot__session"]: dict(row)
        for row in rows.values("slot__session")
        .annotate(
            reserved=Sum("published", filter=REFERRAL, default=0),
            booked=Sum(F("claimed") + F("held"), filter=REFERRAL, default=0),
            left=Sum(LEFT, filter=REFERRAL, default=0),
            bands=Sum("slot__capacity", filter=REFERRAL, default=0),
            kept=Sum(F("claimed") + F("held") + F("cooling") + F("returned"), filter=~REFERRAL, default=0),
            closes=Max("closes_at", filter=REFERRAL),
            now=Max(Now()),
        )
        .order_by()
        if row["closes"] is not None
    }
    sessions = ClinicSession.objects.filter(pk__in=counted).select_related("service__department", "service__institution")
    return [_ahead(one, counted[one.pk]) for one in sessions.order_by("starts_at", "pk")]


def _ahead(session: ClinicSession, row: dict[str, Any]) -> Ahead:
    return Ahead(
        session=session,
        reserved=row["reserved"],
        booked=row["booked"],
        left=row["left"],
        room=max(0, row["bands"] - row["reserved"] - row["kept"]),
        closes_at=row["closes"],
        days_left=max(0, (row["closes"] - row["now"]).days),
    )


def _forecast(rows: list[Ahead], today: date) -> list[Ahead]:
    known = histories({row.session.service_id for row in rows}, today)
    return [_with_forecast(row, known.get(_line(row.session), []), today) for row in rows]


def _with_forecast(row: Ahead, history: list[Past], today: date) -> Ahead:
    said = forecast(comparable(history, today), published=row.reserved, booked=row.reserved - row.left, days_left=row.days_left)
    return Ahead(row.session, row.reserved, row.booked, row.left, row.room, row.closes_at, row.days_left, said)


def _line(session: ClinicSession) -> Line:
    return session.service_id, session.date.weekday(), session.half_day
