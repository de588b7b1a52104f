"""Addresses for whoever runs it, and for machines that watch."""

from django.urls import path

from emofuse_web.api.docs import docs
from emofuse_web.operations import health, views

app_name = "operations"
urlpatterns = [
    path("operations/", views.page, name="page"),
    path("healthz", health.lives, name="lives"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.figures, name="figures"),
    path("api/v1/docs", docs, name="docs"),
]
