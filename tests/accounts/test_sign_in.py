"""Signing up and in by e-mail address."""

from accounts.models import User
from tests.people import PASSWORD, PeopleTestCase


class SignInTestCase(PeopleTestCase):
    def test_it_signs_in_by_address(self) -> None:
        response = self.client.post("/accounts/login/", {"login": "Alice@example.org", "password": PASSWORD})
        assert response.status_code == 302
        assert self.client.session["_auth_user_id"] == str(self.alice.pk)

    def test_it_does_not_sign_in_with_a_wrong_password(self) -> None:
        self.client.post("/accounts/login/", {"login": "alice@example.org", "password": "wrong"})
        assert "_auth_user_id" not in self.client.session

    def test_it_signs_up_and_in(self) -> None:
        form = {"email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
        assert self.client.post("/accounts/signup/", form).status_code == 302
        dora = User.objects.get(email="dora@example.org")
        assert self.client.session["_auth_user_id"] == str(dora.pk)
        assert dora.check_password(PASSWORD)

    def test_it_refuses_a_short_password(self) -> None:
        form = {"email": "dora@example.org", "password1": "short", "password2": "short"}
        assert self.client.post("/accounts/signup/", form).status_code == 200
        assert not User.objects.filter(email="dora@example.org").exists()
