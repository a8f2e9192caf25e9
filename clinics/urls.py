"""The pages of the supply side."""

from django.urls import path

from clinics.views.acting import ChangePart
from clinics.views.district import District
from clinics.views.rights import NewRight, Right, Rights

urlpatterns = [
    path("acting/", ChangePart.as_view(), name="acting"),
    path("district/", District.as_view(), name="district"),
    path("district/rights/", Rights.as_view(), name="rights"),
    path("district/rights/<uuid:public_id>/", Right.as_view(), name="right"),
    path("district/posts/<uuid:public_id>/right/", NewRight.as_view(), name="right_new"),
]
