"""Log lines: JSON in production, one readable line at a desk; both pass the same filter.

The code writes nothing personal into logs. The filter is the second lock: telephone numbers, tokens, passwords in
addresses and the values that PostgreSQL quotes in the DETAIL of an error are taken out of whatever other people's code
may write.
"""

from __future__ import annotations

import logging
import os
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from typing_extensions import override

from callcenter.monitoring.request import request_id

HIDDEN = "•••"
_FACTS = ("route", "method", "status", "ms")
_RULES = (
    (re.compile(r"(?<![\w.:-])\+?\d(?:[ ()-]{0,2}\d){9,14}(?![\w:-])"), HIDDEN),
    (re.compile(r"(://[^\s:/@]*:)[^\s@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer|x-grant:?|cookie:?|signature:?)\s+\S+"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT):.*$"), rf"\1: {HIDDEN}"),
)


def scrubbed(text: str) -> str:
    """The text without what looks personal or secret."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


class Line(logging.Formatter):
    """For people: time, level, logger, words."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={getattr(record, name)}" for name in _FACTS if hasattr(record, name))
        return scrubbed(f"{super().format(record)}{facts}")


class Json(JsonFormatter):
    """For machines: one object a line, with the process and the request it belongs to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"process": os.environ.get("CALLCENTER_PROCESS") or os.environ.get("CALLCENTER_ROLE", "web")},
            json_ensure_ascii=False,
            **kwargs,
        )
        self.default_msec_format = "%s.%03d"

    @override
    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        if request_id():
            log_data["request"] = request_id()
        return {name: scrubbed(value) if isinstance(value, str) else value for name, value in log_data.items()}
