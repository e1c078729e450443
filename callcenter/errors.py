"""Answers to requests that no view could answer: a page for people, one sentence as JSON for commands."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from callcenter.tenancy.middleware import without_unit

PAGE, COMMAND = "text/html", "application/json"
# Here scripts and programs ask, whatever they say of what they take.
OF_COMMANDS = ("/api/", "/calls/", "/seat/", "/ask/")


@without_unit
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The token is missing or of another session. Whoever does not ask for a page is taken for a command."""
    if request.get_preferred_type([COMMAND, PAGE]) == PAGE:
        return render(request, "csrf.html", status=403)
    return _refusal(403, "csrf", _("This page is too old or was opened elsewhere. Reload it and try again."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Damaged or too large."""
    sentence = _("This request cannot be read: it is damaged or too large. Reload the page and send it again.")
    return _answer(request, 400, "invalid", sentence)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Known to this browser, but not for its job."""
    return _answer(request, 403, "job", _("This is not for you to do. Ask the centre's administrator."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Absent, or not this browser's: the same answer."""
    sentence = _("There is nothing here. The address is wrong or the right to it was never yours.")
    return _answer(request, 404, "unknown", sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke: nothing is asked of the database any more."""
    if _for_command(request):
        return _refusal(500, "broken", _("Something broke on our side. Try again; if it happens again, tell us."))
    return render(request, "500.html", status=500)


def _answer(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    return (
        _refusal(status, code, sentence) if _for_command(request) else render(request, f"{status}.html", status=status)
    )


def _for_command(request: HttpRequest) -> bool:
    return request.path_info.startswith(OF_COMMANDS) or request.get_preferred_type([PAGE, COMMAND]) == COMMAND


def _refusal(status: int, code: str, sentence: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "sentence": sentence, "fields": {}}}, status=status)
