"""Addresses of accounts."""

from django.urls import path

from emofuse_web.accounts.views import joining, notices, privacy, security, tokens

app_name = "accounts"
urlpatterns = [
    path("first/<str:secret>/", joining.first, name="first"),
    path("join/<str:secret>/", joining.join, name="join"),
    path("invitations/", joining.invitations, name="invitations"),
    path("invitations/<uuid:code>/revoke/", joining.invitation_gone, name="invitation_gone"),
    path("security/", security.security, name="security"),
    path("security/preferences/", security.preferences, name="preferences"),
    path("security/sessions/end/", security.sessions_end, name="sessions_end"),
    path("security/sessions/<int:code>/end/", security.session_end, name="session_end"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:code>/revoke/", tokens.token_gone, name="token_gone"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/export/", privacy.export, name="export"),
    path("privacy/exports/<uuid:code>/", privacy.export_file, name="export_file"),
    path("privacy/erase/", privacy.erase, name="erase"),
    path("erased/", privacy.erased, name="erased"),
    path("notice/", notices.notice, name="notice"),
    path("notices/<uuid:code>/", notices.notice_read, name="notice_read"),
    path("notices/<uuid:code>/remove/", notices.notice_gone, name="notice_gone"),
]
