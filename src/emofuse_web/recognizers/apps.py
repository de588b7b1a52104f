"""What Django is told of this part."""

from django.apps import AppConfig


class RecognizersConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.recognizers"
    default_auto_field = "django.db.models.BigAutoField"
