"""Bring the catalogue up to date with the data files."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from templates_app.services import template_save

FOLDER = Path(__file__).resolve().parents[2] / "catalogue"
FIELDS = ("title", "description", "tags", "brief", "locked")


class Command(BaseCommand):
    """Reads ``templates_app/catalogue/*.toml``: a table for each template, named by its slug."""

    help = "Load the starter templates; may be repeated."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        written = total = 0
        for path in sorted(FOLDER.glob("*.toml")):
            for slug, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
                if unknown := set(row) - set(FIELDS):
                    raise CommandError(f"{path.name}: {slug}: unknown {', '.join(sorted(unknown))}")
                fields = {"tags": [], "locked": [], "description": "", **row}
                try:
                    _, changed = template_save(slug=slug, fields=fields)
                except ValidationError as error:
                    raise CommandError(f"{path.name}: {'; '.join(error.messages)}") from None
                total, written = total + 1, written + changed
        self.stdout.write(f"{total} templates, {written} written.")
