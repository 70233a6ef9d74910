"""The OpenAPI document and its page."""

import re
from io import StringIO

import yaml
from django.core.management import call_command
from django.test import TestCase


class SchemaTestCase(TestCase):
    def test_it_is_valid_without_a_warning(self) -> None:
        out = StringIO()
        call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
        schema = yaml.safe_load(out.getvalue())
        assert schema["openapi"].startswith("3.1")
        assert set(schema["paths"]) == {
            "/api/v1/token", "/api/v1/styles", "/api/v1/templates", "/api/v1/understand", "/api/v1/generations",
            "/api/v1/generations/{public_id}", "/api/v1/generations/{public_id}/events",
            "/api/v1/generations/{public_id}/files/{name}", "/api/v1/generations/{public_id}/variations",
        }  # fmt: skip
        rows = schema["components"]["schemas"]["GenerationRow"]["properties"]
        for name in ("template", "template_version", "started_at", "finished_at"):
            assert "null" in rows[name]["type"], name
        create = schema["paths"]["/api/v1/generations"]["post"]
        assert "202" in create["responses"]
        assert "application/problem+json" in create["responses"]["default"]["content"]
        assert any(row["name"] == "Idempotency-Key" for row in create["parameters"])

    def test_the_docs_page_needs_no_other_site(self) -> None:
        page = self.client.get("/api/docs").content.decode()
        script = self.client.get("/api/docs?script=").content.decode()
        assert not re.findall(r"(?:src|href)=\"https?://", page)
        assert "/static/drf_spectacular_sidecar/" in page
        assert "/api/schema" in script
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), "the content policy forbids inline scripts"
