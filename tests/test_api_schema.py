"""The API's description is a valid OpenAPI 3.1 document in both languages, and leaves nothing unexplained."""

import re

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_python_client.schema.openapi_schema_pydantic import OpenAPI

from proposals.api.root import RESOURCES

pytestmark = pytest.mark.django_db
SCHEMA = "/api/v1/schema/"


@pytest.fixture(params=["en", "zh"])
def document(client, request):
    return client.get(f"{SCHEMA}?lang={request.param}").json()


def test_it_is_an_openapi_document_of_version_3_1(document):
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert document["info"]["version"] == "1"
    assert OpenAPI.model_validate(document).paths


def test_every_schema_in_it_is_one(document):
    schemas = document["components"]["schemas"]
    for each in schemas.values():
        Draft202012Validator.check_schema(each)

    def references(value):
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [ref for part in value.values() for ref in references(part)]
        return [ref for part in value for ref in references(part)] if isinstance(value, list) else []

    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= {*schemas}


def test_every_resource_has_a_list_and_a_way_to_read_one(document):
    for name in RESOURCES:
        paths = [path for path in document["paths"] if path.startswith(f"/api/v1/{name}/")]
        assert len(paths) == 2, name
        assert all({*document["paths"][path]} == {"get"} for path in paths)
    names = [each["get"]["operationId"] for each in document["paths"].values()]
    assert len({*names}) == len(names) == 2 * len(RESOURCES) + 1


def test_everything_is_explained(document):
    bare = []
    for path, operations in document["paths"].items():
        operation = operations["get"]
        bare += [] if operation["summary"] else [path]
        bare += [(path, each["name"]) for each in operation["parameters"] if len(each.get("description", "")) < 5]
        assert {"200", "400", "404", "429", "503"} <= {*operation["responses"]}
    for name, schema in document["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            bare += [] if len(said.get("description", "")) >= 4 else [(name, field)]
    assert not bare


def test_nothing_that_analysts_keep_to_themselves_is_a_field(document):
    fields = {field for schema in document["components"]["schemas"].values() for field in schema.get("properties", {})}
    assert not fields & {"note", "state", "sent_by", "link_fault", "link_checked", "created", "withdrawn_at"}


def test_it_comes_as_yaml_too_and_in_no_other_form(client):
    assert yaml.safe_load(client.get(f"{SCHEMA}?format=yaml").text) == client.get(SCHEMA).json()
    for wrong, name in {"format=xml": "format", "format=json&format=yaml": "format", "lang=fr": "lang"}.items():
        assert client.get(f"{SCHEMA}?{wrong}").json()["errors"][0]["parameter"] == name


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_reference_shows_every_address_parameter_and_field_without_a_script(client, prefix):
    page = client.get(f"{prefix}/api/docs/").text
    made = client.get(SCHEMA).json()
    for path, operations in made["paths"].items():
        assert f"GET {path}</code>" in page
        assert all(f">{each['name']}</code>" in page for each in operations["get"]["parameters"])
    for name, schema in made["components"]["schemas"].items():
        if "properties" in schema:
            assert f'id="{name}"' in page
            assert all(f">{field}</code>" in page for field in schema["properties"])
    assert page.count("<script") == 2  # those of every page: one file, and linked data
    assert 'style="' not in page
