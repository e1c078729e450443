"""Pages that belong to nobody's data: login, language, theme, style."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import check_for_language, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE, give, take_back, turn_epoch
from callcenter.login import LoginRefused, log_in
from callcenter.look import THEME_COOKIE, THEMES, remember
from callcenter.nudges import publish
from callcenter.panel.holder import home_of
from callcenter.tenancy.middleware import without_unit


class LoginForm(forms.Form):
    """Who sits where."""

    login = forms.CharField(label=gettext_lazy("Login"), max_length=60)
    password = forms.CharField(label=gettext_lazy("Password"), max_length=200, widget=forms.PasswordInput, strip=False)
    workplace = forms.CharField(label=gettext_lazy("Workplace"), max_length=20, required=False)


@without_unit
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Show the form; on success give the browser its capability and go to the desk.

    A page that must keep what was typed in it asks for JSON instead: a token for the form, then the verdict.
    """
    form = LoginForm(request.POST or None)
    plain = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            done = log_in(
                form.cleaned_data["login"], form.cleaned_data["password"], workplace=form.cleaned_data["workplace"]
            )
        except LoginRefused as refusal:
            error = refusal.sentence
        else:
            for seat in done.replaced:
                publish(seat, 0)
            home = _next(request, home_of(done.job))
            response: HttpResponse = JsonResponse({"next": home}) if plain else HttpResponseRedirect(home, status=303)
            for name, value in ((SEAT_COOKIE, done.seat_secret), (GRANT_COOKIE, done.grant_token)):
                give(response, name, value) if value else take_back(response, name)
            turn_epoch(response)
            return response
    status = 200 if request.method == "GET" else 422
    if plain:
        return _login_in_words(request, form, error, status=status)
    wanted = _next(request, "")
    here = f"{request.path}?{urlencode({'next': wanted})}" if wanted else request.path
    return render(request, "login.html", {"form": form, "error": error, "next": wanted, "here": here}, status=status)


def _next(request: HttpRequest, otherwise: str) -> str:
    """The page of this site that the browser wanted before it was asked to log in."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    own = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=own, require_https=request.is_secure())
    return target if safe and target.startswith("/") else otherwise


def _login_in_words(request: HttpRequest, form: LoginForm, error: str, *, status: int) -> HttpResponse:
    """The login page for a script: the token that the form needs, or what was wrong."""
    if status == 200:
        return JsonResponse({"csrf": get_token(request)})
    fields = {name: str(sentences[0]) for name, sentences in form.errors.items()}
    return JsonResponse({"error": {"code": "login", "sentence": error, "fields": fields}}, status=status)


@without_unit
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language and stay on the page."""
    response = HttpResponseRedirect(_next(request, "/"), status=303)
    language = request.POST.get("language", "")
    if check_for_language(language) and language in dict(settings.LANGUAGES):
        remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@without_unit
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, or leave it to the device again, and stay on the page."""
    response = HttpResponseRedirect(_next(request, "/"), status=303)
    chosen = request.POST.get("theme", "")
    remember(response, THEME_COOKIE, chosen if chosen in THEMES else "")
    return response


@without_unit
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever builds a page; no data."""
    return render(request, "style.html")
