"""Every address, each app's own under it."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door: the second factor holds here too

urlpatterns = [
    path("", include("emofuse_web.analyses.urls")),
    path("", include("emofuse_web.sharing.urls")),
    path("account/", include("emofuse_web.accounts.urls")),
    path("accounts/", include("emofuse_web.accounts.doors")),
    path("uploads/", include("emofuse_web.uploads.urls")),
    path("models/", include("emofuse_web.recognizers.urls")),
    path("", include("emofuse_web.operations.urls")),
    path("api/v1/", include("emofuse_web.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler400 = "emofuse_web.config.errors.bad_request"
handler403 = "emofuse_web.config.errors.forbidden"
handler404 = "emofuse_web.config.errors.not_found"
handler500 = "emofuse_web.config.errors.broken"
