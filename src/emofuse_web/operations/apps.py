"""What Django is told of this part."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.operations"
    default_auto_field = "django.db.models.BigAutoField"
