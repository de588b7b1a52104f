import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_tables_are_what_the_models_say(capsys):
    call_command("makemigrations", "--check", "--dry-run")


@pytest.mark.django_db
def test_nothing_is_wrong_with_the_settings():
    call_command("check")
