"""`manage.py openapi FOLDER`: the two OpenAPI documents and the messages of live sockets, for `scripts/types`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandboxes.api import kubernetes, playground
from sandboxes.api.documents import wire_document


class Command(BaseCommand):
    help = "Write kubernetes.json, playground.json and wire.json into a folder."
    requires_system_checks: list[str] = []  # types are made before there are secrets

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="an existing folder")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder")
        documents = {
            "kubernetes": kubernetes.api.get_openapi_schema(),
            "playground": playground.api.get_openapi_schema(),
            "wire": wire_document(),
        }
        for name, document in documents.items():
            path = folder / f"{name}.json"
            path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
            self.stdout.write(str(path))
