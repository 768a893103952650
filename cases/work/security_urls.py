"""Journey 4: addresses of signing in and of one's own sign-ins; only those of allauth's that are in use."""

from allauth.account.views import reauthenticate as password_again
from allauth.mfa.base.views import authenticate, reauthenticate
from allauth.mfa.recovery_codes.views import download_recovery_codes, generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from django.contrib.auth.views import LogoutView
from django.urls import path

from cases.work import disclosure_log, officers, security
from cases.work.sign_in import sign_in

urlpatterns = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-in/", sign_in, name="account_login"),  # as allauth calls it
    path("sign-in/code/", authenticate, name="mfa_authenticate"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("me/security/", security.my_security, name="my_security"),
    path("me/security/", security.my_security, name="mfa_index"),
    path("me/security/password/", security.change_password, name="account_change_password"),
    path("me/security/again/", password_again, name="account_reauthenticate"),
    path("me/security/again/code/", reauthenticate, name="mfa_reauthenticate"),
    path("me/security/code/", security.set_up_code, name="mfa_activate_totp"),
    path("me/security/code/off/", deactivate_totp, name="mfa_deactivate_totp"),
    path("me/security/recovery-codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/security/recovery-codes/new/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/security/recovery-codes/file/", download_recovery_codes, name="mfa_download_recovery_codes"),
    path("me/security/sessions/end/", security.end_other_sessions, name="end_other_sessions"),
    path("me/security/sessions/<int:session_id>/end/", security.end_session, name="end_session"),
    path("officers/sign-ins/", officers.sign_ins, name="officer_sign_ins"),
    path("officers/<int:officer_id>/sign-out/", officers.sign_out_everywhere, name="officer_sign_out"),
    path("officers/<int:officer_id>/lost-phone/", officers.lost_phone, name="officer_lost_phone"),
    path("disclosures/", disclosure_log.disclosures, name="disclosures"),
]
