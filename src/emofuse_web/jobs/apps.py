"""What Django is told of this part."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.jobs"
    default_auto_field = "django.db.models.BigAutoField"
