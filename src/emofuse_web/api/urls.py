"""Addresses of the REST interface, under /api/v1/."""

from django.urls import path, re_path

from emofuse_web.api import docs, events, jobs, me, recognizers, results, schema, unknown, uploads
from emofuse_web.uploads import tus, views

app_name = "api"
urlpatterns = [
    path("uploads", tus.create, name="uploads"),
    path("uploads/plain", views.plain, name="plain"),
    path("uploads/<uuid:upload>", uploads.upload, name="upload"),
    path("uploads/<uuid:upload>/told", views.told, name="told"),
    path("jobs", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:id>", jobs.Job.as_view(), name="job"),
    path("jobs/<uuid:id>/cancel", jobs.Cancel.as_view(), name="cancel"),
    path("jobs/<uuid:id>/retry", jobs.Retry.as_view(), name="retry"),
    path("jobs/<uuid:id>/segments", results.Segments.as_view(), name="segments"),
    path("jobs/<uuid:id>/curves", results.Curves.as_view(), name="curves"),
    path("jobs/<uuid:id>/exports/<str:name>", results.Export.as_view(), name="export"),
    path("jobs/<uuid:id>/events", events.Events.as_view(), name="events"),
    path("artifacts/<uuid:id>", results.Artifact.as_view(), name="artifact"),
    path("models", recognizers.Models.as_view(), name="models"),
    path("models/<str:name>", recognizers.Model.as_view(), name="model"),
    path("me", me.Me.as_view(), name="me"),
    path("me/quota", me.Quota.as_view(), name="quota"),
    path("me/tokens", me.Tokens.as_view(), name="tokens"),
    path("me/tokens/<uuid:id>", me.OneToken.as_view(), name="token"),
    path("me/sessions", me.Sessions.as_view(), name="sessions"),
    path("me/sessions/<uuid:id>", me.OneSession.as_view(), name="session"),
    path("me/export", me.Exports.as_view(), name="account"),
    path("schema", schema.schema, name="schema"),
    path("docs", docs.docs, name="docs"),
    re_path(r"^(?P<rest>.*)$", unknown.unknown, name="unknown"),
]
