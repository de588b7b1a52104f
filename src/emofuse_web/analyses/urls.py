"""Addresses of analyses."""

from django.urls import path

from emofuse_web.analyses import asking_views, result_urls, views

app_name = "analyses"
urlpatterns = [
    path("", views.home, name="home"),
    path("theme/", views.theme, name="theme"),
    path("problems/", views.problems, name="problems"),
    path("new/", asking_views.new, name="new"),
    path("new/files/<uuid:id>/", asking_views.file, name="file"),
    path("new/paste/", asking_views.paste, name="paste"),
    path("analyses/", views.history, name="list"),
    path("analyses/several/", views.several, name="several"),
    path("analyses/<uuid:id>/", views.detail, name="detail"),
    path("analyses/<uuid:id>/status/", views.status, name="status"),
    path("analyses/<uuid:id>/mail/", views.mail, name="mail"),
    path("analyses/<uuid:id>/cancel/", views.cancel, name="cancel"),
    path("analyses/<uuid:id>/retry/", views.retry, name="retry"),
    path("analyses/<uuid:id>/remove/", views.remove, name="remove"),
    *result_urls.urlpatterns,
]
