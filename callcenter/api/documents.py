"""Writing and comparing the documents that lie in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import override
from typing_extensions import override as _override

from callcenter.api.schema import Document, write

FOLDER = Path(settings.BASE_DIR) / "docs" / "api"


def text_of(document: Document) -> str:
    """The document as it lies in the repository: in English, whatever language is active."""
    with override("en"):
        return yaml.dump(write(document), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Every value written out where it stands."""

    @_override
    def ignore_aliases(self, data: Any) -> bool:
        return True
