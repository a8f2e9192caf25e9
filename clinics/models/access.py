"""Guardian's rows beside the object they open; written only by clinics.grants and clinics.posts."""

from django.db import models
from guardian.models import UserObjectPermissionBase


class InstitutionUserPermission(UserObjectPermissionBase):
    """What one person may do at one institution."""

    content_object = models.ForeignKey("clinics.Institution", models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()


class DepartmentUserPermission(UserObjectPermissionBase):
    """What one person may do with one department."""

    content_object = models.ForeignKey("clinics.Department", models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()


class AllianceUserPermission(UserObjectPermissionBase):
    """What one person may do with one alliance."""

    content_object = models.ForeignKey("clinics.Alliance", models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()
