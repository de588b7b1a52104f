"""What Django is told of this part."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The part's name."""

    name = "emofuse_web.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what allauth does."""
        from emofuse_web.accounts import watch

        watch.begin()
