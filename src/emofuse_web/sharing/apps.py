"""What Django is told of this part."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.sharing"
    default_auto_field = "django.db.models.BigAutoField"
