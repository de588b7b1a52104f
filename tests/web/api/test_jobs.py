"""Jobs over HTTP: what Bob and whoever is not signed in get, then what Alice gets."""

import uuid

import pytest
from django.test import Client

from emofuse_web.analyses.models import Analysis
from emofuse_web.jobs.models import Job

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def problem(response, status: int, code: str) -> dict[str, object]:
    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (status, PROBLEM, code)
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(response.json())
    assert response.json()["status"] == status
    return response.json()


@pytest.mark.parametrize("path", ["jobs", f"jobs/{uuid.UUID(int=7)}", "models", "me", "me/quota", "me/tokens", "me/sessions", "me/export"])
def test_whoever_is_not_signed_in_is_told_so(client, path):
    response = client.get(f"/api/v1/{path}")

    problem(response, 401, "UNAUTHENTICATED")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/segments"), ("GET", "/curves")]
    + [("GET", "/exports/json"), ("GET", "/events")],
)
def test_somebody_elses_job_is_as_unknown_as_none(his, alice, analysis, artifact, method, rest):
    one = analysis(alice, status="failed")
    artifact(one)

    theirs, none = (his.ask(method, f"jobs/{id}{rest}") for id in (one.id, uuid.uuid4()))

    assert problem(theirs, 404, "NOT_FOUND") | {"request_id": ""} == problem(none, 404, "NOT_FOUND") | {"request_id": ""}
    assert Analysis.objects.count() == 1


def test_a_job_is_asked_for_and_waits(hers, alice, upload, wanted, key):
    response = hers.post("jobs", wanted(upload(alice), label="visit 12"), **key())

    said = response.json()
    assert (response.status_code, response["Retry-After"]) == (202, "5")
    assert response["Location"] == f"/api/v1/jobs/{said['id']}" == said["links"]["self"]
    assert (said["status"], said["progress"], said["label"], said["subject_notice"]) == ("queued", 0.0, "visit 12", "1")
    assert hers.get(response["Location"]).json() == said


def test_every_job_has_a_purpose_a_notice_and_consent(hers, alice, upload, wanted, key):
    good = wanted(upload(alice))
    for name, code in (("purpose", "PURPOSE_MISSING"), ("subject_notice", "NOTICE_MISSING"), ("consent", "CONSENT_MISSING")):
        for bad in ({k: v for k, v in good.items() if k != name}, {**good, name: None}, {**good, name: ""}):
            problem(hers.post("jobs", bad, **key()), 422, code)
    problem(hers.post("jobs", {**good, "consent": False}, **key()), 422, "CONSENT_MISSING")
    assert not Job.objects.exists()


@pytest.mark.parametrize("setting", ["workplace", "education"])
def test_work_and_education_are_refused(hers, alice, upload, wanted, key, setting):
    problem(hers.post("jobs", wanted(upload(alice), setting=setting, purpose="marketing"), **key()), 422, "PURPOSE_REFUSED")
    problem(hers.post("jobs", wanted(upload(alice), setting=setting, purpose="medical"), **key()), 422, "REASON_MISSING")


def test_a_key_makes_it_once(hers, alice, upload, wanted, key):
    body, same = wanted(upload(alice)), key()

    ids = {hers.post("jobs", body, **same).json()["id"] for _ in range(3)}

    assert len(ids) == Job.objects.count() == 1
    problem(hers.post("jobs", {**body, "label": "other"}, **same), 409, "KEY_REUSED")
    problem(hers.post("jobs", body), 400, "KEY_INVALID")
    problem(hers.post("jobs", body, **{"Idempotency-Key": "1"}), 400, "KEY_INVALID")


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "live"},
        {"inputs": []},
        {"inputs": {"video": "film"}},
        {"inputs": {"smell": None}},
        {"options": {"speakers": True}},
        {"consent": "yes"},
        {"retention_days": "30"},
        {"label": 5},
        {"label": "a\x00b"},
        {"surprise": 1},
    ],
)
def test_a_body_of_another_form_is_refused_by_name(hers, alice, upload, wanted, key, fields):
    said = problem(hers.post("jobs", {**wanted(upload(alice)), **fields}, **key()), 400, "REQUEST_INVALID")

    assert next(iter(fields)) in said["detail"] or "characters" in said["detail"]


def test_the_language_of_the_words_may_be_told(hers, alice, upload, wanted, key):
    body = {**wanted(upload(alice)), "mode": "text", "inputs": {"text": str(upload(alice, "text").id)}}

    assert hers.post("jobs", {**body, "options": {"language": "de"}}, **key()).json()["options"]["language"] == "de"
    assert hers.post("jobs", {**body, "options": {"language": None}}, **key()).json()["options"]["language"] is None
    said = problem(hers.post("jobs", {**body, "options": {"language": "xx"}}, **key()), 422, "OPTION_INVALID")
    assert "'language' is 'xx'. Expected null, or one of: ar, " in said["detail"]
    assert said["fix"] == "Say one of these codes, or null to have the language noticed."
    problem(hers.post("jobs", {**body, "options": {"language": 5}}, **key()), 400, "REQUEST_INVALID")


def test_a_hop_and_a_threshold_may_be_told(hers, alice, upload, wanted, key):
    body = wanted(upload(alice))

    def options(told):
        return hers.post("jobs", {**body, "options": told}, **key())

    said = options({"hop_ms": 200, "threshold": 0.125}).json()["options"]
    assert (said["hop_ms"], said["threshold"]) == (200, 0.125)
    said = options({"hop_ms": None, "threshold": None}).json()["options"]
    assert (said["hop_ms"], said["threshold"]) == (None, None)
    assert "from 100 to 10000" in problem(options({"hop_ms": 50}), 422, "OPTION_INVALID")["detail"]
    assert "from 0 to 1" in problem(options({"threshold": 20}), 422, "OPTION_INVALID")["detail"]
    problem(options({"hop_ms": "500"}), 400, "REQUEST_INVALID")
    problem(options({"hop_ms": 500.5}), 400, "REQUEST_INVALID")
    problem(options({"threshold": "0.2"}), 400, "REQUEST_INVALID")


def test_a_body_that_is_no_json_object_is_refused(hers, key):
    for text, status, code in (("[", 400, "REQUEST_INVALID"), ("[" * 100_000, 400, "REQUEST_INVALID"), ("5", 400, "REQUEST_INVALID")):
        response = hers.client.post("/api/v1/jobs", text, "application/json", headers={**hers.headers, **key()})
        problem(response, status, code)
    response = hers.client.post("/api/v1/jobs", "a=1", "application/x-www-form-urlencoded", headers={**hers.headers, **key()})
    problem(response, 415, "MEDIA_TYPE")


def test_a_token_that_only_reads_changes_nothing(program, alice, analysis, upload, wanted, key):
    reader, one = program(alice, "read"), analysis(alice, status="queued")

    assert reader.get(f"jobs/{one.id}").status_code == 200
    for method, path in (("POST", "jobs"), ("DELETE", f"jobs/{one.id}"), ("POST", f"jobs/{one.id}/cancel"), ("POST", "me/export")):
        problem(reader.ask(method, path, **key()), 403, "FORBIDDEN")
    problem(program(alice, "write").get("jobs"), 403, "FORBIDDEN")
    assert Job.objects.get().status == "queued"


def test_a_session_changes_nothing_without_its_sign(alice, analysis):
    one = analysis(alice, status="queued")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    for method, path in (("POST", f"jobs/{one.id}/cancel"), ("DELETE", f"jobs/{one.id}"), ("POST", "jobs"), ("DELETE", "me")):
        problem(browser.generic(method, f"/api/v1/{path}"), 403, "FORBIDDEN")
    for method, path in (("POST", "uploads"), ("PATCH", f"uploads/{uuid.uuid4()}"), ("DELETE", f"uploads/{uuid.uuid4()}")):
        problem(browser.generic(method, f"/api/v1/{path}", headers={"Tus-Resumable": "1.0.0"}), 403, "FORBIDDEN")
    assert Job.objects.get().status == "queued"


def test_who_has_it_already_gets_nothing_new(hers, alice, analysis):
    path = f"jobs/{analysis(alice, status='running').id}"
    tag = hers.get(path)["ETag"]

    again = hers.get(path, **{"If-None-Match": tag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    Job.objects.update(progress=0.5)
    assert hers.get(path, **{"If-None-Match": tag}).status_code == 200


def test_a_list_is_read_page_by_page_though_rows_come_and_go(hers, alice, bob, analysis):
    made = [str(analysis(alice, label=f"visit {n}").id) for n in range(7)]
    analysis(bob)

    seen, cursor = [], ""
    while cursor is not None:
        page = hers.get(f"jobs?limit=3{f'&cursor={cursor}' if cursor else ''}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        analysis(alice, label="came meanwhile")

    assert seen == made[::-1]


def test_a_list_is_filtered(hers, alice, analysis):
    film = analysis(alice, label="The visit", status="failed")
    words = analysis(alice, label="notes", mode="text")

    for query, found in (("status=failed", film), ("mode=text", words), ("q=VISIT", film)):
        assert [item["id"] for item in hers.get(f"jobs?{query}").json()["items"]] == [str(found.id)]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "status=fine", "cursor=x", "cursor=AAAA", "page=2", "limit=1&limit=2"]
)
def test_a_query_that_cannot_be_is_refused(hers, query):
    problem(hers.get(f"jobs?{query}"), 400, "REQUEST_INVALID")


def test_a_list_takes_as_many_queries_however_long_it_is(hers, alice, analysis, django_assert_max_num_queries):
    for _ in range(10):
        analysis(alice)
    with django_assert_max_num_queries(8):
        assert len(hers.get("jobs").json()["items"]) == 10


def test_cancel_retry_and_remove(hers, alice, analysis, upload):
    waiting, failed = analysis(alice, status="queued"), analysis(alice, status="failed", video=upload(alice))

    assert hers.post(f"jobs/{waiting.id}/cancel").json()["status"] == "cancelled"
    problem(hers.post(f"jobs/{waiting.id}/cancel"), 409, "JOB_OVER")
    assert hers.post(f"jobs/{failed.id}/retry").json()["status"] == "queued"
    problem(hers.post(f"jobs/{failed.id}/retry"), 409, "JOB_NOT_OVER")
    response = hers.delete(f"jobs/{failed.id}")
    assert (response.status_code, response.content) == (204, b"")
    problem(hers.get(f"jobs/{failed.id}"), 404, "NOT_FOUND")


def test_the_sample_is_read_by_all_and_changed_by_none(hers, his, analysis):
    sample = analysis(None, sample=True)

    for program in (hers, his):
        assert program.get(f"jobs/{sample.id}").status_code == 200
        problem(program.delete(f"jobs/{sample.id}"), 404, "NOT_FOUND")


def test_a_failed_job_says_why_and_what_to_do(hers, alice, analysis):
    one = analysis(alice, status="failed")
    Job.objects.update(problem={"code": "MEDIA_CODEC", "title": "t", "detail": "d", "fix": "f", "ours": False})

    assert hers.get(f"jobs/{one.id}").json()["error"] == {"code": "MEDIA_CODEC", "title": "t", "detail": "d", "fix": "f"}


def test_events_are_only_sent_by_a_server_that_can(hers, alice, analysis):
    problem(hers.get(f"jobs/{analysis(alice).id}/events"), 501, "METHOD")
