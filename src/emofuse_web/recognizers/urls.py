"""Addresses of recognizers."""

from django.urls import path

from emofuse_web.recognizers import views

app_name = "recognizers"
urlpatterns = [
    path("", views.all_of_them, name="list"),
    path("<slug:name>/", views.card, name="card"),
]
