"""The page behind an invitation: the person chooses a password there."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callcenter.cookies import turn_epoch
from callcenter.invitations import Invited, choose_password, invited
from callcenter.models import Person
from callcenter.tenancy.middleware import without_unit

LONGEST = 200


class PasswordForm(forms.Form):
    """The password, twice. What was typed is never sent back to the page."""

    password = forms.CharField(
        label=gettext_lazy("New password"), max_length=LONGEST, widget=forms.PasswordInput, strip=False
    )
    again = forms.CharField(
        label=gettext_lazy("The same once more"), max_length=LONGEST, widget=forms.PasswordInput, strip=False
    )

    def __init__(self, data: QueryDict | None, *, of: Invited) -> None:
        super().__init__(data)
        self.of = of

    def clean_password(self) -> str:
        """Every rule that the password breaks has its sentence."""
        password: str = self.cleaned_data["password"]
        validate_password(password, Person(login=self.of.login, name=self.of.name))
        return password

    def clean_again(self) -> str:
        """Both fields must say the same."""
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two passwords differ: type the same one into both fields."))
        return again


@without_unit
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form to whoever holds an open link; a used or old one says what to do."""
    who = invited(token)
    if who is None:
        return render(request, "invitation.html", {"state": "over"}, status=404)
    form = PasswordForm(request.POST or None, of=who)
    if request.method == "POST" and form.is_valid():
        if not choose_password(token, form.cleaned_data["password"]):
            return render(request, "invitation.html", {"state": "over"}, status=404)
        response = render(request, "invitation.html", {"state": "done", "who": who})
        turn_epoch(response)
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "invitation.html", {"state": "open", "who": who, "form": form}, status=status)
