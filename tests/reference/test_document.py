from __future__ import annotations

from openapi_spec_validator import OpenAPIV31SpecValidator


def test_the_document_is_valid_openapi(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
