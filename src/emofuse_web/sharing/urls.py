"""Addresses of sharing."""

from django.urls import path

from emofuse_web.sharing import views, visitor_views

app_name = "sharing"
HELD = "shared/<uuid:id>.<slug:secret>/"  # what a visitor holds
urlpatterns = [
    path("analyses/<uuid:id>/share/", views.links, name="links"),
    path("shares/<uuid:id>/revoke/", views.revoke, name="revoke"),
    path(HELD, visitor_views.result, name="shared"),
    path(f"{HELD}timeline.json", visitor_views.timeline, name="timeline"),
    path(f"{HELD}curves.json", visitor_views.curves, name="curves"),
    path(f"{HELD}files/<slug:kind>/", visitor_views.file, name="file"),
]
