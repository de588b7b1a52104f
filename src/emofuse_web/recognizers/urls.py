"""Addresses of recognizers."""

from django.urls import URLPattern

app_name = "recognizers"
urlpatterns: list[URLPattern] = []
