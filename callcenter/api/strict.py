"""Fields of a body that take what the documents say and nothing that merely looks like it: a number is no text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from typing_extensions import override

from callcenter.api.query import shown


def _is_text(data: Any) -> str:
    if not isinstance(data, str):
        raise serializers.ValidationError(
            _("“%(value)s” is no text: write it in quotation marks.") % {"value": shown(data)}
        )
    return data


class Said(serializers.CharField):
    """A text."""

    @override
    def run_validation(self, data: Any = empty) -> Any:
        if data is not empty and data is not None:
            _is_text(data)
        return super().run_validation(data)


class Key(serializers.UUIDField):
    """A UUID as a text."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(_is_text(data))


class Whole(serializers.IntegerField):
    """A whole number, with or without a point."""

    @override
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            raise serializers.ValidationError(_("“%(value)s” is no whole number.") % {"value": shown(data)})
        return super().to_internal_value(int(data))


@extend_schema_field({"type": ["number", "string"], "pattern": r"^-?\d{1,3}(\.\d{0,8})?$"})
class Degrees(serializers.DecimalField):
    """A coordinate."""
