"""What the codes of a Taxi-Master server mean. From 100 up a code belongs to its request; below it is general.

The tables follow the vendor's description up to 3.15. Codes of later servers are refusals whose words nobody knows yet:
an unknown code from 100 up is one too, since the server has decided.
"""

from collections.abc import Mapping

from callcenter.contracts import GONE, TOO_LATE, Duplicate, Questioned, Rejected, Trouble, Unclear
from integrations.dispatch.phrases import REFUSED, REFUSED_CHANGE, TECHNICAL, TOO_LATE_TO_CHANGE, UNKNOWN_ORDER
from integrations.dispatch.taximaster.replies import Reply

OK = 0
DUPLICATE = 100
ORDER_NOT_FOUND = 100
NOTHING_FOUND = 100
TARIFF_UNKNOWN = 100
ASKED = 113
FIRST_OF_REQUEST = 100
KEY_REFUSED = 4
# 2 API type, 3 API switched off, 4 key, 5 API version, 6 request name, 7 method, 8 parameter missing, 9 wrong,
# 13 user not found, 14 request not allowed for the user.
SETTINGS_REFUSED = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 13, 14})


def _(message: str) -> str:
    """Mark a phrase for translation; whoever shows it translates it."""
    return message


NO_COMMENT = _("The service's program takes no note after the order. Tell the caller to ring the service itself.")
_DISTRICT = _("The service does not know the district of one of the addresses.")
_STAND = _("The service does not know the taxi stand of one of the addresses.")
_CLIENT = _("The service does not know this client.")
_BLOCKED = _("The service does not take orders from this number.")
_ACCOUNT = _("The service cannot charge this order to the client's account.")
_EMPLOYEE = _("The service does not take orders from this employee.")
_RULES = _("The service's own rules refuse this order.")
_TOO_LITTLE = _("The balance of the client's account does not suffice.")
_NEGATIVE = _("The balance of the client's account is negative.")
_NO_CASH = _("The service does not take cash from this client.")

# What the operator reads aloud, by request and code.
PHRASES: Mapping[str, Mapping[int, str]] = {
    "create_order2": {
        104: _CLIENT, 105: _DISTRICT, 106: _STAND, 107: _EMPLOYEE, 110: _BLOCKED, 111: _ACCOUNT, 112: _EMPLOYEE,
        114: _TOO_LITTLE, 115: _NEGATIVE, 116: _NO_CASH,
    },
    "update_order": {
        106: _CLIENT, 110: _RULES, 111: _ACCOUNT, 112: _NO_CASH, 113: _BLOCKED, 114: _EMPLOYEE, 115: _NEGATIVE,
        116: _EMPLOYEE,
    },
}  # fmt: skip
# Numbers that come from our settings and are not, or no longer, the server's.
IDS_REFUSED: Mapping[str, frozenset[int]] = {
    "create_order2": frozenset({101, 102, 103, 108, 109}),
    "update_order": frozenset({101, 102, 103, 104, 105, 108, 109}),
    "change_order_state": frozenset({101}),
    "check_cancel_order_penalty": frozenset({101}),
}
_OF_AN_ORDER = frozenset({"update_order", "change_order_state", "check_cancel_order_penalty", "get_order_state"})
_LATE: Mapping[str, int] = {"update_order": 107, "change_order_state": 102, "check_cancel_order_penalty": 102}


def refusal_of_order(reply: Reply) -> Rejected | Duplicate | Questioned | Unclear:
    """Classify the code, other than 0, with which `create_order2` was answered."""
    if reply.code == DUPLICATE:
        return Duplicate(detail=reply.detail)
    if reply.code == ASKED:
        return Questioned(message=reply.detail, may_confirm=reply.data.get("can_create_order") is True)
    return _refusal("create_order2", reply, REFUSED)


def refusal(request: str, reply: Reply | Unclear) -> Rejected | Unclear | None:
    """Classify the answer to any other request that changes or tells of an order; None for code 0."""
    if isinstance(reply, Unclear):
        return reply
    if reply.code == OK:
        return None
    if request in _OF_AN_ORDER and reply.code == ORDER_NOT_FOUND:
        return Rejected(code=GONE, phrase=UNKNOWN_ORDER, detail=reply.detail)
    if reply.code == _LATE.get(request):
        return Rejected(code=TOO_LATE, phrase=TOO_LATE_TO_CHANGE, detail=reply.detail)
    return _refusal(request, reply, REFUSED_CHANGE)


def refusal_of_settings(code: int, detail: str) -> Rejected:
    """The refusal that only an administrator can mend."""
    trouble = Trouble.KEY if code == KEY_REFUSED else Trouble.SETTINGS
    return Rejected(code=str(code), phrase=TECHNICAL, detail=detail, configuration=True, trouble=trouble)


def _refusal(request: str, reply: Reply, otherwise: str) -> Rejected | Unclear:
    """Codes 1, 10 and others without a meaning leave it open what the server has done."""
    if reply.code in SETTINGS_REFUSED or reply.code in IDS_REFUSED.get(request, ()):
        return refusal_of_settings(reply.code, reply.detail)
    if reply.code < FIRST_OF_REQUEST:
        return Unclear(reason=f"{request} answered code {reply.code}")
    phrase = PHRASES.get(request, {}).get(reply.code, otherwise)
    return Rejected(code=str(reply.code), phrase=phrase, detail=reply.detail)
