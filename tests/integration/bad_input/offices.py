"""What the requests about offices, accounts and other people's sessions are about."""

from permissions.roles import Role
from tests.cast import a_role, a_session, a_user, acting_as
from tests.cast_referral import World


class Offices:
    """One of each of the three, an operator whose office may end, one that waits, two accounts, and a session to end."""

    def __init__(self, world: World) -> None:
        admin, second = world.district_admin, a_user("赵副手")
        a_role(second, Role.DISTRICT_ADMIN)
        self.keeper, self.guard = self.holder("邱志文", Role.SYSTEM_ADMIN), self.holder("白晓岩", Role.SECURITY_ADMIN)
        self.reader = self.holder("鲁明澈", Role.AUDIT_ADMIN)
        self.office = a_role(a_user("江一帆"), Role.PLATFORM_OPERATOR, entered_by=second, confirmed_by=admin.user)
        self.waiting = a_role(a_user("顾正清"), Role.AUDIT_ADMIN, confirmed=False, entered_by=second)
        self.person, self.closed = a_user("沈离职"), a_user("韩停用", is_active=False)
        self.session = a_session(self.person)[0]

    def holder(self, name: str, role: Role):
        user = a_user(name)
        a_role(user, role)
        return acting_as(user)
