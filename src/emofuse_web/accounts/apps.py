"""What Django is told of this part."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.accounts"
    default_auto_field = "django.db.models.BigAutoField"
