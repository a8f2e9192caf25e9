"""The pages of the supply side."""

from django.urls import URLPattern, path

from reserved_pools.views.compliance import Compliance, ComplianceExport
from reserved_pools.views.policy import Policy, PolicyDrafts, PolicyExport
from reserved_pools.views.policy_row import PolicyRowPage
from reserved_pools.views.policy_value import PolicyValue
from reserved_pools.views.pools import Pools, UndoRebalancing
from reserved_pools.views.released import Released, ReleasedExport
from reserved_pools.views.session import SessionPage
from reserved_pools.views.session_new import SessionNew
from reserved_pools.views.shares import PoolShares
from reserved_pools.views.week import Week, WeekExport, WeekPublish

urlpatterns: list[URLPattern] = [
    path("compliance/", Compliance.as_view(), name="compliance"),
    path("compliance/export/", ComplianceExport.as_view(), name="compliance_export"),
    path("pools/", Pools.as_view(), name="pools"),
    path("pools/shares/", PoolShares.as_view(), name="pool_shares"),
    path("pools/rebalancings/<uuid:public_id>/undo/", UndoRebalancing.as_view(), name="rebalancing_undo"),
    path("released/", Released.as_view(), name="released"),
    path("released/export/", ReleasedExport.as_view(), name="released_export"),
    path("week/", Week.as_view(), name="week"),
    path("week/export/", WeekExport.as_view(), name="week_export"),
    path("week/publish/", WeekPublish.as_view(), name="week_publish"),
    path("sessions/new/", SessionNew.as_view(), name="clinic_session_new"),
    path("sessions/<uuid:public_id>/", SessionPage.as_view(), name="clinic_session"),
    path("policy/", Policy.as_view(), name="policy"),
    path("policy/export/", PolicyExport.as_view(), name="policy_export"),
    path("policy/drafts/", PolicyDrafts.as_view(), name="policy_drafts"),
    path("policy/rows/<uuid:public_id>/", PolicyRowPage.as_view(), name="policy_row"),
    path("policy/<slug:key>/", PolicyValue.as_view(), name="policy_value"),
]
