"""What the codes of a Taxi-Master server mean. From 100 up a code belongs to its request; below it is general."""

from collections.abc import Mapping

from callcenter.contracts import Duplicate, Rejected, Trouble, Unclear

OK = 0
DUPLICATE = 100
ORDER_NOT_FOUND = 100
NOTHING_FOUND = 100
TARIFF_UNKNOWN = 100
FIRST_OF_REQUEST = 100
KEY_REFUSED = 4
# 2 API type, 3 API switched off, 4 key, 5 API version, 6 request name, 7 method, 8 parameter missing, 9 wrong,
# 13 user not found, 14 request not allowed for the user.
SETTINGS_REFUSED = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 13, 14})
# create_order2: tariff, crew group, sub-service, attribute unknown, attribute not for orders: ids from our settings.
IDS_REFUSED = frozenset({101, 102, 103, 108, 109})


def _(message: str) -> str:
    """Mark a phrase for translation; whoever shows it translates it."""
    return message


TECHNICAL = _("The service cannot take the order because of a technical fault on our side.")
REFUSED = _("The service's program refused the order.")
PHRASES: Mapping[int, str] = {
    105: _("The service does not know the district of one of the addresses."),
    106: _("The service does not know the taxi stand of one of the addresses."),
    110: _("The service does not take orders from this number."),
    111: _("The service cannot charge this order to the client's account."),
    112: _("The service does not take orders from this employee."),
    113: _("The service's own rules refuse this order."),
    114: _("The balance of the client's account does not suffice."),
    115: _("The balance of the client's account is negative."),
    116: _("The service does not take cash from this client."),
}


def refusal_of_order(code: int, detail: str) -> Rejected | Duplicate | Unclear:
    """Classify the code, other than 0, with which `create_order2` was answered."""
    if code in SETTINGS_REFUSED:
        return refusal_of_settings(code, detail)
    if code < FIRST_OF_REQUEST:
        return Unclear(reason=f"create_order2 answered code {code}")
    if code == DUPLICATE:
        return Duplicate(detail=detail)
    if code in IDS_REFUSED:
        return refusal_of_settings(code, detail)
    return Rejected(code=str(code), phrase=PHRASES.get(code, REFUSED), detail=detail)


def refusal_of_settings(code: int, detail: str) -> Rejected:
    """The refusal that only an administrator can mend."""
    trouble = Trouble.KEY if code == KEY_REFUSED else Trouble.SETTINGS
    return Rejected(code=str(code), phrase=TECHNICAL, detail=detail, configuration=True, trouble=trouble)
