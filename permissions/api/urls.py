"""Addresses of this app below /api/v1/."""

from django.urls import path

from permissions.api import access, accounts, administrators, auth, duties, factor, keys, me

urlpatterns = [
    path("founding/confirm", administrators.FirstConfirmation.as_view()),
    path("administrators", administrators.Administrators.as_view()),
    path("administrators/<uuid:public_id>/confirm", administrators.AdministratorConfirm.as_view()),
    path("administrators/<uuid:public_id>/withdraw", administrators.AdministratorWithdraw.as_view()),
    path("administrators/<uuid:public_id>/end", administrators.AdministratorEnd.as_view()),
    path("accounts", accounts.Accounts.as_view()),
    path("accounts/<uuid:public_id>/close", accounts.AccountClose.as_view()),
    path("accounts/<uuid:public_id>/reopen", accounts.AccountReopen.as_view()),
    path("accounts/<uuid:public_id>/end-sessions", accounts.AccountEndSessions.as_view()),
    path("live-sessions", accounts.LiveSessions.as_view()),
    path("live-sessions/<uuid:public_id>/end", accounts.LiveSessionEnd.as_view()),
    path("auth/challenge", auth.AuthChallenge.as_view()),
    path("auth/verify", auth.AuthVerify.as_view()),
    path("auth/alternative", auth.AuthAlternative.as_view()),
    path("auth/proof", auth.AuthProof.as_view()),
    path("auth/logout", auth.AuthLogout.as_view()),
    path("me", me.Me.as_view()),
    path("me/duties", duties.MyDuties.as_view()),
    path("me/factor", factor.MyFactor.as_view()),
    path("me/factor/confirm", factor.MyFactorConfirm.as_view()),
    path("me/factor/remove", factor.MyFactorRemove.as_view()),
    path("me/factor/codes", factor.MyRecoveryCodes.as_view()),
    path("people/<uuid:person>/unlock", access.PersonUnlock.as_view()),
    path("people/<uuid:person>/phone", access.PersonPhone.as_view()),
    path("people/<uuid:person>/proof", access.PersonProof.as_view()),
    path("people/<uuid:person>/factor-reset", access.PersonFactorReset.as_view()),
    path("me/keys", keys.MyKeys.as_view()),
    path("me/keys/<uuid:public_id>", keys.MyKey.as_view()),
    path("me/sessions", me.MySessions.as_view()),
    path("me/sessions/<uuid:public_id>", me.MySession.as_view()),
]
