"""Headers that every answer carries."""

from django.core.management import call_command

from tests.people import PASSWORD, PeopleTestCase


class ContentPolicyTestCase(PeopleTestCase):
    def policy(self, path: str) -> dict[str, list[str]]:
        header = self.client.get(path, follow=True)["Content-Security-Policy"]
        return {part.split()[0]: part.split()[1:] for part in header.split(";")}

    def test_pages_may_load_only_from_here_and_nothing_inline(self) -> None:
        call_command("load_catalogue", verbosity=0)
        self.sign_in(self.alice)
        for path in ("/", "/create", "/library", "/account", "/accounts/password/reset/", "/health"):
            policy = self.policy(path)
            assert policy["default-src"] == ["'self'"], path
            assert policy["object-src"] == policy["frame-ancestors"] == ["'none'"], path
            allowed = {source for sources in policy.values() for source in sources}
            assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & allowed, path

    def test_only_the_admin_and_the_docs_get_more(self) -> None:
        assert "'unsafe-inline'" in self.policy("/admin/")["script-src"]
        docs = self.policy("/api/docs")
        assert "'unsafe-inline'" in docs["style-src"]
        assert "script-src" not in docs

    def test_other_protections(self) -> None:
        response = self.client.get("/health")
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"

    def test_passwords_are_kept_with_argon2(self) -> None:
        from django.test import override_settings

        from musicgen import settings

        with override_settings(PASSWORD_HASHERS=settings.PASSWORD_HASHERS):
            self.alice.set_password(PASSWORD)
        assert self.alice.password.startswith("argon2")
