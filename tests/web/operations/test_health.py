import pytest
from django.test import override_settings


def test_a_process_that_answers_lives(charlies):
    assert charlies.get("/healthz").content == b"ok\n"


def test_it_is_ready_where_database_tables_and_files_are(charlies):
    answer = charlies.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_it_is_not_ready_where_files_cannot_be_written(charlies, tmp_path):
    (tmp_path / "full").write_text("a file in the way")

    with override_settings(STORAGE=str(tmp_path / "full")):
        answer = charlies.get("/readyz")

    assert answer.status_code == 503
    assert "files" in answer.json()


def test_figures_are_for_this_machine_and_staff_alone(charlies, bobs, stefanies):
    assert b"emofuse_workers" in charlies.get("/metrics", REMOTE_ADDR="127.0.0.1").content
    assert charlies.get("/metrics", REMOTE_ADDR="10.0.0.8").status_code == 404
    assert charlies.get("/metrics", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "8.8.8.8"}).status_code == 404
    assert bobs.get("/metrics", REMOTE_ADDR="10.0.0.8").status_code == 404
    assert stefanies.get("/metrics", REMOTE_ADDR="10.0.0.8").status_code == 200


@pytest.mark.django_db
def test_figures_count_the_jobs(charlies, alice, analysis):
    analysis(alice, status="queued")

    said = charlies.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()

    assert 'emofuse_jobs{kind="analysis",status="queued"} 1.0' in said


def test_every_answer_has_a_number_of_its_own(charlies):
    first, second = (charlies.get("/healthz")["X-Request-Id"] for _ in range(2))

    assert len(first) == 32
    assert first != second
