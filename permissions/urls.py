"""Addresses of this app's pages."""

from django.urls import path

from permissions.views import (
    access,
    accounts,
    administrators,
    changing,
    duties,
    factor,
    founding,
    keys,
    live_sessions,
    lock,
    login,
    login_other,
    prove,
    sessions,
)

urlpatterns = [
    path("founding/", founding.FirstConfirmation.as_view(), name="founding"),
    path("administrators/", administrators.Administrators.as_view(), name="administrators"),
    path("administrators/<uuid:public_id>/", administrators.Administrator.as_view(), name="administrator"),
    path("accounts/", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/<uuid:public_id>/", accounts.Account.as_view(), name="account"),
    path("live-sessions/", live_sessions.LiveSessions.as_view(), name="live_sessions"),
    path("live-sessions/<uuid:public_id>/", live_sessions.LiveSession.as_view(), name="live_session"),
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.LoginCode.as_view(), name="login_code"),
    path("login/other/", login_other.LoginOther.as_view(), name="login_other"),
    path("login/proof/", prove.Prove.as_view(), name="prove"),
    path("change-person/", changing.ChangePerson.as_view(), name="change_person"),
    path("logout/", login.Logout.as_view(), name="logout"),
    path("lock/", lock.Lock.as_view(), name="lock"),
    path("duties/", duties.Duties.as_view(), name="duties"),
    path("me/factor/", factor.Factor.as_view(), name="factor"),
    path("people/<uuid:person>/access/", access.Access.as_view(), name="person_access"),
    path("me/keys/", keys.Keys.as_view(), name="keys"),
    path("me/sessions/", sessions.Sessions.as_view(), name="sessions"),
]
