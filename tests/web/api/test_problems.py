"""Every error under /api/ has one form."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["", "nothing", "jobs/", "jobs/1", "jobs/x/cancel", "%00", "docs/x", "uploads/1"])
def test_what_is_not_there_is_a_problem(hers, path):
    response = hers.get(f"/api/v1/{path}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["request_id"] == response["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "jobs"), ("POST", "me"), ("DELETE", "models"), ("OPTIONS", "jobs"), ("PATCH", "me/quota")]
)
def test_a_method_that_nothing_answers_is_a_problem(hers, method, path):
    response = hers.ask(method, path)

    assert (response.status_code, response.json()["code"]) == (405, "METHOD")
    assert "GET" in response["Allow"]


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(hers, alice, analysis, monkeypatch):
    from emofuse_web.api import jobs

    def broken(*args, **more):
        raise RuntimeError("the secret of visit 12")

    monkeypatch.setattr(jobs, "job_row", broken)
    hers.client.raise_request_exception = False

    response = hers.get(f"jobs/{analysis(alice).id}")

    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (500, "application/problem+json", "OURS")
    assert b"secret" not in response.content


def test_a_body_that_is_too_large_is_a_problem(hers, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    response = hers.post("jobs", {"mode": "av" * 100}, **{"Idempotency-Key": "3f6a2b0e-4c1d-4e8a-9b7e-2d5c8a1e0f33"})

    assert response["Content-Type"] == "application/problem+json"
    assert response.status_code in (400, 413)


def test_no_other_site_may_read_or_write(hers):
    response = hers.get("jobs", Origin="https://evil.example")

    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    assert hers.ask("OPTIONS", "jobs", Origin="https://evil.example", **{"Access-Control-Request-Method": "POST"}).status_code == 405


def test_what_is_personal_is_kept_by_nobody_in_between(hers, alice, analysis):
    for path in ("jobs", f"jobs/{analysis(alice).id}", "me", "models"):
        control = hers.get(path)["Cache-Control"]
        assert "private" in control
        assert "no-store" in control or "no-cache" in control


def test_a_token_that_was_revoked_opens_nothing(hers):
    code = hers.get("me/tokens").json()["items"][0]["id"]

    assert hers.delete(f"me/tokens/{code}").status_code == 204
    assert hers.get("me").status_code == 401
