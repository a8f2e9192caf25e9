"""The addresses of institutions, departments and rights below /api/v1/."""

from django.urls import path

from clinics.api.institutions import Departments, Institutions
from clinics.api.rights import RightDetail, RightGrant, RightReinstate, RightRevoke, Rights, RightSuspend

urlpatterns = [
    path("institutions", Institutions.as_view(), name="api_institutions"),
    path("departments", Departments.as_view(), name="api_departments"),
    path("rights", Rights.as_view(), name="api_rights"),
    path("rights/<uuid:right>", RightDetail.as_view(), name="api_right"),
    path("rights/<uuid:right>/grant", RightGrant.as_view(), name="api_right_grant"),
    path("rights/<uuid:right>/suspend", RightSuspend.as_view(), name="api_right_suspend"),
    path("rights/<uuid:right>/reinstate", RightReinstate.as_view(), name="api_right_reinstate"),
    path("rights/<uuid:right>/revoke", RightRevoke.as_view(), name="api_right_revoke"),
]
