"""Addresses of the result page; `emofuse_web.analyses.urls` includes them."""

from django.urls import path

from emofuse_web.analyses import compare_views, result_views

urlpatterns = [
    path("sample/", result_views.sample, name="sample"),
    path("compare/", compare_views.compare, name="compare"),
    path("analyses/<uuid:id>/timeline.json", result_views.timeline, name="timeline"),
    path("analyses/<uuid:id>/curves.json", result_views.data, name="data"),
    path("analyses/<uuid:id>/exports/<slug:kind>/", result_views.export, name="export"),
    path("artifacts/<uuid:id>/", result_views.artifact, name="artifact"),
]
