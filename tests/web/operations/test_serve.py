import pytest

from emofuse_web.serve import CannotServe, serve


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_site_that_sends_links_is_told_its_names_before_it_answers_to_any(host, monkeypatch):
    monkeypatch.setenv("EMAIL_HOST", "mail.example.org")
    monkeypatch.delenv("EMOFUSE_HOSTS", raising=False)
    monkeypatch.setattr("emofuse_web.serve._prepared", lambda **_: pytest.fail("it began"))
    monkeypatch.setenv("EMOFUSE_SITE_URL", "kept, so that it is put back")

    with pytest.raises(CannotServe, match="EMOFUSE_HOSTS"):
        serve(host, 0)
