"""What may stand behind the question mark: each field names the value it refuses and says what is allowed. The same
classes describe the parameters in the schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request
from typing_extensions import override

from callcenter import months
from callcenter.api.paging import WRITTEN, Mark
from callcenter.refusals import Refused

MOST_ITEMS, USUAL_ITEMS = 200, 50
LONGEST_SHOWN = 40
PLAIN = r"^[^\x00-\x1f\x7f]*$"


def shown(value: Any) -> str:
    """The value for a sentence: short and printable."""
    text = str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text[:LONGEST_SHOWN])


class Moment(serializers.DateTimeField):
    """A time with its offset. A `+` that was not encoded arrives as a space and is read as what was meant."""

    @override
    def to_internal_value(self, value: Any) -> datetime:
        text = str(value).strip().upper().replace(" ", "+" if "T" in str(value).upper() else " ")
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None or "T" not in text:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise serializers.ValidationError(
                _("“%(value)s” is not a time: write it with its offset, such as 2026-11-23T09:00:00Z.")
                % {"value": shown(value)}
            ) from None


class Choice(serializers.ChoiceField):
    """One of a few words."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(
                _("“%(value)s” is unknown: use one of %(allowed)s.")
                % {"value": shown(data), "allowed": ", ".join(map(str, self.choices))}
            )
        return data


class Text(serializers.CharField):
    """A short text, compared as it is."""

    @override
    def run_validation(self, data: Any = empty) -> Any:
        """An empty one is judged like any other."""
        return self.to_internal_value(data) if data == "" else super().run_validation(data)

    @override
    def to_internal_value(self, data: Any) -> Any:
        text = str(data)
        if not 0 < len(text) <= (self.max_length or 0) or not re.fullmatch(PLAIN, text):
            raise serializers.ValidationError(
                _("“%(value)s” cannot be: 1 to %(limit)s characters are allowed, and no control characters.")
                % {"value": shown(data), "limit": self.max_length}
            )
        return text


class Limit(serializers.IntegerField):
    """How many items an answer holds at most."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=1,
            max_value=MOST_ITEMS,
            default=USUAL_ITEMS,
            help_text=gettext_lazy("How many items the answer holds at most."),
            **kwargs,
        )

    @override
    def to_internal_value(self, data: Any) -> int:
        text = str(data)
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_ITEMS):
            raise serializers.ValidationError(
                _("“%(value)s” is not a number of items: 1 to %(most)s are allowed.")
                % {"value": shown(data), "most": MOST_ITEMS}
            )
        return int(text)


@extend_schema_field({"type": "string", "pattern": WRITTEN})
class Cursor(Text):
    """Where the next page begins; only what an earlier answer gave is one."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        mark = Mark.read(str(data))
        if mark is None:
            raise serializers.ValidationError(
                _("“%(value)s” is not a cursor: pass the `next` of an earlier answer, unchanged.")
                % {"value": shown(data)}
            )
        return mark


@extend_schema_field({"type": "string", "pattern": r"^20\d\d-(0[1-9]|1[0-2])$"})
class Month(serializers.Field[date, Any, str, Any]):
    """A month of the calendar."""

    @override
    def to_internal_value(self, data: Any) -> date:
        try:
            return months.parse_month(str(data))
        except ValueError:
            raise serializers.ValidationError(
                _("“%(value)s” is not a month: write it as 2026-11.") % {"value": shown(data)}
            ) from None


class Query(serializers.Serializer[Any]):
    """No parameters."""


class PageQuery(Query):
    """How far and how much."""

    cursor = Cursor(
        required=False, help_text=gettext_lazy("The `next` of the answer before: the page continues there.")
    )
    limit = Limit()


def read_query(wanted: type[Query], request: Request) -> Mapping[str, Any]:
    """The checked parameters of the request; Refused with a sentence per field otherwise."""
    given = request.query_params
    fields = wanted()
    errors = {
        shown(name): _("There is no such parameter here; these are: %(known)s.")
        % {"known": ", ".join(fields.fields) or _("none")}
        for name in given
        if name not in fields.fields
    }
    errors |= {name: _("Given more than once.") for name in map(str, fields.fields) if len(given.getlist(name)) > 1}
    filled = wanted(data=given.dict())
    if not filled.is_valid():
        errors |= {name: " ".join(map(str, sentences)) for name, sentences in filled.errors.items()}
    if errors:
        raise Refused(_("Some parameters are wrong: correct them and ask again."), fields=errors)
    checked: Mapping[str, Any] = filled.validated_data
    return checked
