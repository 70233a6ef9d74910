"""The account page and its token."""

from django.urls import reverse
from rest_framework.authtoken.models import Token

from accounts.services import token_for
from tests.people import PeopleTestCase


class AccountTestCase(PeopleTestCase):
    def test_strangers_are_asked_to_sign_in(self) -> None:
        assert self.client.post(reverse("account")).status_code == 302
        assert not Token.objects.exists()

    def test_a_token_is_shown_once_and_works(self) -> None:
        self.sign_in(self.alice)
        response = self.client.post(reverse("account"))
        key = Token.objects.get(user=self.alice).key
        self.assertContains(response, key)
        assert "no-store" in response["Cache-Control"]
        self.assertNotContains(self.client.get(reverse("account")), key)
        listed = self.client.get("/api/v1/generations", headers={"Authorization": f"Token {key}"})
        assert listed.status_code == 200

    def test_a_new_token_ends_the_old_one(self) -> None:
        old = token_for(user=self.alice).key
        self.sign_in(self.alice)
        self.client.post(reverse("account"))
        refused = self.client.get("/api/v1/generations", headers={"Authorization": f"Token {old}"})
        assert refused.status_code in (401, 403)
        assert Token.objects.get(user=self.alice).key != old
