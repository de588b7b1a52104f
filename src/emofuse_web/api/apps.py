"""What Django is told of this part."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.api"
    default_auto_field = "django.db.models.BigAutoField"
