"""What Django is told of this part."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.uploads"
    default_auto_field = "django.db.models.BigAutoField"
