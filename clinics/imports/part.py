"""The part a person played when she uploaded a list, as it stands now; a job of somebody who lost it does nothing more."""

from clinics.models import ImportJob, Post
from permissions.acting import Acting
from permissions.models import RoleAssignment
from permissions.roles import Role


def acting_of(job: ImportJob) -> Acting | None:
    """Who applies this import, read from the database now; None when the account, post or role is no longer live."""
    user = job.by_user
    user.refresh_from_db()
    if not user.is_active:
        return None
    post = Post.objects.live().complete().filter(user=user, public_id=job.part).first()
    if post is not None:
        return Acting(user, Role(post.kind), post, choice=post.public_id)
    role = RoleAssignment.objects.live().select_related("district").filter(user=user, public_id=job.part).first()
    if role is not None:
        return Acting(user, Role(role.role), None, None, role.district, role.public_id)
    return None
