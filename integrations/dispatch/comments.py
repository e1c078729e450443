"""What was said of an order and has no field in the program, as one comment; at its end the token by which the order is
found again.
"""

from __future__ import annotations

import re
from typing import Any

from callcenter.contracts import OrderDraft

TOKEN_LENGTH = 10


def token_of(marker: str) -> str:
    """The short form of the marker: its last characters are the random ones."""
    return f"#{marker[-TOKEN_LENGTH:]}"


def comment_of(draft: OrderDraft, *, wishes: bool = True, passenger: bool = True) -> str:
    """Note, wishes, further fields and the token."""
    said = [draft.note.strip()]
    said += [f"пожелание: {wish.title}" for wish in draft.wishes] if wishes else []
    said += [f"пассажир: {draft.passenger}"] if passenger and draft.passenger else []
    said += [f"{label}: {value}" for label, value in draft.extra.items() if value]
    return f"{'; '.join(part for part in said if part)} {token_of(draft.marker)}".lstrip()


def has_token(text: Any, marker: str) -> bool:
    """Whether the text holds the marker's token, whatever people have written around it."""
    return isinstance(text, str) and re.search(rf"{re.escape(token_of(marker))}(?!\w)", text) is not None
