"""What the interface says of itself is whole, and true of its examples."""

import json

import pytest
from jsonschema import Draft202012Validator

from emofuse_web.api.docs import operations
from emofuse_web.api.examples import example
from emofuse_web.api.schema import description
from emofuse_web.api.shapes import COMPONENTS
from emofuse_web.api.urls import urlpatterns

pytestmark = pytest.mark.django_db
HIDDEN = {"schema", "docs", "unknown"}  # pages about it, and what is nothing


def test_the_description_is_openapi_3_1_and_served_by_ourselves(client):
    response = client.get("/api/v1/schema")

    assert response.json()["openapi"].startswith("3.1")
    assert client.get("/api/v1/schema", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_every_address_is_described():
    said = {path.removeprefix("/api/v1/").replace("{", "<").replace("}", ">") for path in description()["paths"]}
    there = {str(one.pattern).replace("uuid:", "").replace("str:", "") for one in urlpatterns if one.name not in HIDDEN}

    assert said == there


def test_every_operation_has_a_name_of_its_own_words_and_an_example():
    found = list(operations())

    assert len({one.id for one in found}) == len(found) > 20
    for one in found:
        assert one.summary and one.about and one.command.startswith("curl ")
        assert (
            one.example
            or one.method in ("DELETE", "HEAD", "PATCH")
            or any(word in one.path for word in ("uploads", "export", "art", "events"))
        )


@pytest.mark.parametrize("name", COMPONENTS)
def test_examples_are_what_the_schema_says(name):
    root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": COMPONENTS}}

    Draft202012Validator(root).validate(json.loads(json.dumps(example(name))))


def test_the_pages_need_no_script_and_no_style_of_their_own(client):
    response = client.get("/api/v1/docs")
    text = response.content.decode()

    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "style=" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:] if "json" not in tag.split(">")[0])
    for one in operations():
        assert f'id="{one.id}"' in text
