"""Finds the texts of Django templates for Babel, so that the catalogue needs no gettext tools; named in `babel.cfg`."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

Found = tuple[int, str | tuple[str, ...], list[str], str | None]


def extract(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Babel's interface for extractors. Django turns a template into calls of gettext with the same line
    numbers; brackets around them make the indentation of the template meaningless to Python's tokenizer.
    """
    calls = f"({templatize(file.read().decode())})"
    yield from extract_python(BytesIO(calls.encode()), keywords, comment_tags, {"encoding": "utf-8"})
