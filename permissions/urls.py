"""Addresses of this app's pages."""

from django.urls import path

from permissions.views import lock, login, sessions

urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.LoginCode.as_view(), name="login_code"),
    path("logout/", login.Logout.as_view(), name="logout"),
    path("lock/", lock.Lock.as_view(), name="lock"),
    path("me/sessions/", sessions.Sessions.as_view(), name="sessions"),
]
