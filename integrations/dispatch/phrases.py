"""What operators say of an order whatever the program is; English message ids, translated where they are shown."""


def _(message: str) -> str:
    """Mark a phrase for translation."""
    return message


TECHNICAL = _("The service cannot take the order because of a technical fault on our side.")
REFUSED = _("The service's program refused the order.")
REFUSED_CHANGE = _("The service's program refused the change. Tell the caller to ring the service itself.")
UNSUPPORTED_CHANGE = _("The service's program does not take this. Tell the caller to ring the service itself.")
UNKNOWN_ORDER = _("The service's program does not know this order any more.")
TOO_LATE_TO_CHANGE = _("It is too late to change the order. Tell the caller to ring the service itself.")
