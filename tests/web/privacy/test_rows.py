from django.apps import apps
from django.contrib.auth import get_user_model

from emofuse_web.accounts.rows import HELD_BACK, SECRETS, rows_of, tables_of

NOT_OF_PEOPLE = {  # tables that hold nothing of anybody; a new table is either found by its keys or named here, with a reason
    "accounts.erasure",  # keys of bytes whose owner is gone
    "admin.logentry_",
    "auth.group",
    "auth.permission",
    "contenttypes.contenttype",
    "jobs.worker",  # machines
    "sessions.session",  # found by reading them: they have no keys
}


def reached() -> set[str]:
    """Tables that point at users, at tables that do, and so on."""
    found, waiting = {get_user_model()}, [get_user_model()]
    while waiting:
        for relation in waiting.pop()._meta.get_fields(include_hidden=True):
            child = relation.related_model
            if relation.auto_created and not relation.concrete and child not in found:
                found.add(child)
                waiting.append(child)
    return {model._meta.label_lower for model in found}


def test_every_table_is_found_or_known_to_hold_nothing_of_anybody():
    tables = {model._meta.label_lower for model in apps.get_models()}

    assert tables - reached() - NOT_OF_PEOPLE == set()


def test_rows_are_found_over_hidden_and_indirect_keys(alice, analysis, artifact, upload):
    made = analysis(alice, video=upload(alice))
    artifact(made)
    from emofuse_web.analyses.models import IdempotencyKey

    IdempotencyKey.objects.create(owner=alice, key=made.pk, body="", analysis=made)

    names = {model._meta.label_lower for model in tables_of(alice)}
    assert names >= {"accounts.user", "jobs.job", "analyses.analysis", "analyses.artifact", "analyses.idempotencykey", "uploads.upload"}


def test_rows_of_others_are_not_found(alice, bob, analysis, artifact, upload):
    artifact(analysis(bob, video=upload(bob)))

    assert {model._meta.label_lower for model in tables_of(alice)} == {"accounts.user"}


def test_secrets_are_held_back(alice, by_the_door):
    from emofuse_web.accounts.tokens import token_make

    token_make(owner=alice, name="notebook", scopes=["read"])
    by_the_door(alice)

    rows = dict(rows_of(alice))
    assert rows["accounts.user"][0]["password"] == HELD_BACK
    assert rows["accounts.token"][0]["digest"] == HELD_BACK
    assert rows["usersessions.usersession"][0]["session_key"] == HELD_BACK


def test_what_is_held_back_exists():
    for name, fields in SECRETS.items():
        assert fields <= {field.attname for field in apps.get_model(name)._meta.concrete_fields}
