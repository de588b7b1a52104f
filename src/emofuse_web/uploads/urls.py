"""Addresses of uploads."""

from django.urls import path

from emofuse_web.uploads import tus, views

app_name = "uploads"
urlpatterns = [
    path("", tus.create, name="create"),
    path("plain/", views.plain, name="plain"),
    path("<uuid:upload>/", tus.piece, name="piece"),
    path("<uuid:upload>/state/", views.state, name="state"),
    path("<uuid:upload>/told/", views.told, name="told"),
    path("<uuid:upload>/remove/", views.remove, name="remove"),
]
