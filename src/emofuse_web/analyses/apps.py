"""What Django is told of this part."""

from django.apps import AppConfig


class AnalysesConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.analyses"
    default_auto_field = "django.db.models.BigAutoField"
