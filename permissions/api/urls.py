"""Addresses of this app below /api/v1/."""

from django.urls import path

from permissions.api import auth, me

urlpatterns = [
    path("auth/challenge", auth.AuthChallenge.as_view()),
    path("auth/verify", auth.AuthVerify.as_view()),
    path("auth/logout", auth.AuthLogout.as_view()),
    path("me", me.Me.as_view()),
    path("me/sessions", me.MySessions.as_view()),
    path("me/sessions/<uuid:public_id>", me.MySession.as_view()),
]
