import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_whoever_is_signed_in_begins_at_the_history(alices):
    answer = alices.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("analyses:list")


def test_everybody_else_reads_what_this_is_and_where_to_sign_in(charlies):
    page = charlies.get("/").content.decode()
    assert reverse("account_login") in page
    assert "Bring a recording." in page


def test_the_sample_is_offered_only_where_there_is_one(charlies, analysis):
    assert reverse("analyses:sample") not in charlies.get("/").content.decode()
    analysis(None, sample=True)
    assert reverse("analyses:sample") in charlies.get("/").content.decode()


def test_a_sample_that_failed_is_not_offered(charlies, analysis):
    analysis(None, sample=True, status="failed")
    assert reverse("analyses:sample") not in charlies.get("/").content.decode()


def test_every_problem_has_a_place_that_its_code_links_to(charlies):
    from emofuse_web.analyses.templatetags.about import problem_link
    from emofuse_web.problems import CODES

    page = charlies.get(reverse("analyses:problems")).content.decode()
    assert all(f'id="{problem_link(code).partition("#")[2]}"' in page for code in CODES)
