"""accounts.models and accounts.services."""

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import TestCase, override_settings

from accounts.models import User
from accounts.services import signing_secret, token_for, token_rotate, user_by_password, user_create
from tests.people import PASSWORD, PeopleTestCase


class UserTestCase(TestCase):
    def test_it_keeps_addresses_in_lower_case(self) -> None:
        assert User.objects.create_user(" Dora@Example.ORG ", PASSWORD).email == "dora@example.org"

    def test_it_refuses_an_address_twice_whatever_its_case(self) -> None:
        User.objects.create_user("dora@example.org", PASSWORD)
        with self.assertRaises(ValidationError):
            user_create(email="DORA@example.org", password=PASSWORD)
        with self.assertRaises(IntegrityError), transaction.atomic():
            User.objects.bulk_create([User(email="Dora@example.org")])

    def test_it_refuses_a_time_zone_that_is_none(self) -> None:
        with self.assertRaises(ValidationError):
            user_create(email="dora@example.org", password=PASSWORD, timezone="Mars/Olympus")

    def test_it_greets_by_the_chosen_name_or_the_address(self) -> None:
        assert User(email="dora@example.org").get_full_name() == "dora"
        assert User(email="dora@example.org", display_name="Dora D.").get_full_name() == "Dora D."


class ServicesTestCase(PeopleTestCase):
    def test_it_knows_a_person_by_password(self) -> None:
        assert user_by_password(email="ALICE@example.org", password=PASSWORD) == self.alice
        assert user_by_password(email="alice@example.org", password="wrong") is None

    def test_it_does_not_let_an_inactive_person_in(self) -> None:
        User.objects.filter(pk=self.alice.pk).update(is_active=False)
        assert user_by_password(email="alice@example.org", password=PASSWORD) is None

    def test_a_rotated_token_replaces_the_old_one(self) -> None:
        old = token_for(user=self.alice).key
        assert token_for(user=self.alice).key == old
        new = token_rotate(user=self.alice).key
        assert new != old
        assert token_for(user=self.alice).key == new

    def test_signing_secrets_are_personal_and_stable(self) -> None:
        assert signing_secret(user=self.alice) == signing_secret(user=self.alice)
        assert signing_secret(user=self.alice) != signing_secret(user=self.bob)


class LoadDemoTestCase(TestCase):
    def test_it_makes_the_account_once(self) -> None:
        call_command("load_demo", verbosity=0)
        user = User.objects.get()
        user.set_password("changed-by-hand")
        user.save()
        call_command("load_demo", verbosity=0)
        assert User.objects.get().check_password("changed-by-hand")

    @override_settings(DEMO_PASSWORD="")
    def test_it_needs_a_password_of_its_own_in_production(self) -> None:
        with self.assertRaises(CommandError):
            call_command("load_demo")
        assert not User.objects.exists()
