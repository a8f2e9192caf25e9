"""The addresses of reserved places below /api/v1/."""

from django.urls import path

from reserved_pools.api.availability import Availability
from reserved_pools.api.clinic_sessions import (
    ClinicSessionDetail,
    ClinicSessions,
    SessionBands,
    SessionBlock,
    SessionDoctor,
    SessionPlaces,
    SessionUnblock,
)
from reserved_pools.api.compliance import Compliance
from reserved_pools.api.policy import (
    Policy,
    PolicyApprove,
    PolicyEnd,
    PolicyParameter,
    PolicyPreview,
    PolicyReject,
    PolicyRows,
    PolicyWaiting,
    PolicyWithdraw,
)
from reserved_pools.api.pools import Forecasts, PoolDetail, Pools, Rebalancings, RebalancingUndo
from reserved_pools.api.released import ReleasedPlaces, ReleasedPlacesTaken
from reserved_pools.api.timetables import TimetablePreview, TimetablePublish

urlpatterns = [
    path("compliance", Compliance.as_view(), name="api_compliance"),
    path("pools", Pools.as_view(), name="api_pools"),
    path("pools/forecasts", Forecasts.as_view(), name="api_pool_forecasts"),
    path("pools/<uuid:pool>", PoolDetail.as_view(), name="api_pool"),
    path("rebalancings", Rebalancings.as_view(), name="api_rebalancings"),
    path("rebalancings/<uuid:rebalancing>/undo", RebalancingUndo.as_view(), name="api_rebalancing_undo"),
    path("released-places", ReleasedPlaces.as_view(), name="api_released_places"),
    path("released-places/acknowledge", ReleasedPlacesTaken.as_view(), name="api_released_places_acknowledge"),
    path("timetables/preview", TimetablePreview.as_view(), name="api_timetables_preview"),
    path("timetables/publish", TimetablePublish.as_view(), name="api_timetables_publish"),
    path("clinic-sessions", ClinicSessions.as_view(), name="api_clinic_sessions"),
    path("clinic-sessions/<uuid:session>", ClinicSessionDetail.as_view(), name="api_clinic_session"),
    path("clinic-sessions/<uuid:session>/places", SessionPlaces.as_view(), name="api_clinic_session_places"),
    path("clinic-sessions/<uuid:session>/bands", SessionBands.as_view(), name="api_clinic_session_bands"),
    path("clinic-sessions/<uuid:session>/block", SessionBlock.as_view(), name="api_clinic_session_block"),
    path("clinic-sessions/<uuid:session>/unblock", SessionUnblock.as_view(), name="api_clinic_session_unblock"),
    path("clinic-sessions/<uuid:session>/doctor", SessionDoctor.as_view(), name="api_clinic_session_doctor"),
    path("availability", Availability.as_view(), name="api_availability"),
    path("policy", Policy.as_view(), name="api_policy"),
    path("policy/<slug:key>", PolicyParameter.as_view(), name="api_policy_value"),
    path("policy/<slug:key>/rows", PolicyRows.as_view(), name="api_policy_rows"),
    path("policy/<slug:key>/preview", PolicyPreview.as_view(), name="api_policy_preview"),
    path("policy-rows", PolicyWaiting.as_view(), name="api_policy_waiting"),
    path("policy-rows/<uuid:row>/approve", PolicyApprove.as_view(), name="api_policy_approve"),
    path("policy-rows/<uuid:row>/reject", PolicyReject.as_view(), name="api_policy_reject"),
    path("policy-rows/<uuid:row>/withdraw", PolicyWithdraw.as_view(), name="api_policy_withdraw"),
    path("policy-rows/<uuid:row>/end", PolicyEnd.as_view(), name="api_policy_end"),
]
