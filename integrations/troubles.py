"""What a state of a connection means, and what to do about it, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callcenter.contracts import Trouble
from integrations.models import CheckState

OFF, UNKNOWN = "off", "unknown"
_KEPT = _("Orders wait, nothing is lost.")


@dataclass(frozen=True, slots=True)
class Words:
    """`title` is the state; `repair` is for the administrator of the centre, `theirs` for the service's manager."""

    sign: str
    title: str | Promise
    kept: str | Promise = ""
    repair: str | Promise = ""
    theirs: str | Promise = ""


WORDS: dict[str, Words] = {
    CheckState.OK: Words("ok", _("In order: the program answers and takes our key.")),
    CheckState.WAITING: Words("info", _("Being checked…")),
    OFF: Words("warn", _("Switched off: no order is sent."), "", _("Tick “in use” when it is to work again.")),
    UNKNOWN: Words("info", _("Not checked yet."), "", _("Check it now, or wait for the hourly check.")),
    Trouble.KEY: Words(
        "bad",
        _("The key is wrong."),
        _KEPT,
        _("Enter the new key, as it stands in the program's settings of the API."),
        _("Your program does not take our key: tell the centre the one that is valid now."),
    ),
    Trouble.UNREACHABLE: Words(
        "bad",
        _("The server cannot be reached."),
        _KEPT,
        _("Compare address and port, and ask the service whether the server runs and lets the centre in."),
        _("See that the server runs, that its port is open to the centre, and that the address has not changed."),
    ),
    Trouble.SILENT: Words(
        "bad",
        _("The server takes our requests and does not answer in time."),
        _KEPT,
        _("Ask the service to look at its dispatch program: it may be overloaded or hang."),
        _("Look at the dispatch program: it may be overloaded or hang."),
    ),
    Trouble.ADDRESS: Words(
        "bad",
        _("The address may not be used."),
        _KEPT,
        _("Write it as https://name:port. A private network has to be allowed below."),
        _("Tell the centre at which address your server is reached from outside."),
    ),
    Trouble.CERTIFICATE_CHANGED: Words(
        "bad",
        _("The server shows another certificate than the pinned one."),
        _("Nothing is sent to it. Orders wait, nothing is lost."),
        _("Ask the service whether the certificate is new. If so, pin the new one; if not, somebody else answers."),
        _("Is your server's certificate new? Then tell the centre its fingerprint. If not, somebody else answers."),
    ),
    Trouble.CERTIFICATE_UNTRUSTED: Words(
        "bad",
        _("Nobody whom we believe vouches for the server's certificate."),
        _("Nothing is sent to it. Orders wait, nothing is lost."),
        _("Compare the fingerprint with the service and pin it, or enter the certificate of its own authority."),
        _("Tell the centre the fingerprint of your server's certificate."),
    ),
    Trouble.SETTINGS: Words(
        "bad",
        _("The program refuses one of our settings."),
        _KEPT,
        _("Compare crew group, tariff and attribute with the program, and that the API is switched on."),
        _("See that the API is switched on, and that the crew group of the centre still exists."),
    ),
    Trouble.OTHER: Words(
        "bad",
        _("Something answers that we do not understand."),
        _KEPT,
        _("See that address and port lead to the API of the dispatch program, and not to another one."),
        _("See that the API of your dispatch program answers at the agreed address."),
    ),
}  # fmt: skip


def words_of(state: str) -> Words:
    """The words of a state; one that is newer than this process is not understood."""
    return WORDS.get(state, WORDS[Trouble.OTHER])
