"""PanelSite: a stock admin site whose users are holders of a right, with pages of its own in the same navigation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.models import Job, TaxiService
from callcenter.panel.holder import Holder, holder_of

STAFF = (Job.SUPERVISOR, Job.ACCOUNTANT, Job.ADMIN)
_UNUSED = ("password_change", "password_change_done")
View = Callable[..., HttpResponse]


class Section(StrEnum):
    """The groups of the navigation, in its order."""

    LIVE = "live"
    SERVICES = "services"
    PEOPLE = "people"
    MONEY = "money"


LABELS: dict[Section, Promise] = {
    Section.LIVE: _("Work"),
    Section.SERVICES: _("Services"),
    Section.PEOPLE: _("People"),
    Section.MONEY: _("Money"),
}


def held_by(request: HttpRequest) -> Holder:
    """The holder, where `has_permission` has let the request in."""
    return cast(Holder, request.user)


@dataclass(frozen=True, slots=True)
class Page:
    """A view of our own inside a panel. Without a label it is not in the navigation."""

    route: str
    view: View
    name: str
    label: str | Promise
    section: Section
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One section of the navigation as this holder sees it."""

    label: str
    url: str
    current: bool
    entries: list[Entry]


class PanelSite(AdminSite):
    """`jobs` may enter; everybody else is sent to the login page, or told that nothing is there."""

    site_title = _("Contact centre")
    enable_nav_sidebar = False
    final_catch_all_view = False
    empty_value_display = "–"

    def __init__(self, name: str, header: Promise, jobs: Sequence[str]) -> None:
        super().__init__(name)
        self.site_header = self.index_title = cast(Any, header)
        self.jobs = tuple(jobs)
        self.pages: list[Page] = []

    def page(
        self,
        route: str,
        view: View,
        *,
        name: str,
        label: str | Promise = "",
        section: Section = Section.LIVE,
        jobs: Sequence[str] = (),
    ) -> None:
        """Put a view into this panel: `view(request, …)` renders with `site.each_context(request)`. Other jobs than
        those named find nothing there. The URL's name lives in this site's namespace: `reverse("centre:NAME")`.
        """
        self.pages = [page for page in self.pages if page.name != name]
        self.pages.append(Page(route, view, name, label, section, tuple(jobs) or self.jobs))

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        known = getattr(request, "user", None)
        holder = known if isinstance(known, Holder) else holder_of(request)
        request.user = cast(Any, holder)
        if holder is not None and holder.job not in self.jobs:
            raise Http404
        return holder is not None

    @override
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseRedirect:
        target = request.GET.get("next", "") or reverse("admin:index", current_app=self.name)
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': target})}")

    @override
    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The one way out is the page `logout` of the desk and the panels alike."""
        raise Http404

    @override
    def get_urls(self) -> list[Any]:
        stock: list[URLPattern | URLResolver] = [url for url in super().get_urls() if _name(url) not in _UNUSED]
        return [*[path(page.route, self._page_view(page), name=page.name) for page in self.pages], *stock]

    def _page_view(self, page: Page) -> View:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if held_by(request).job not in page.jobs:
                raise Http404
            request.current_app = self.name
            return page.view(request, *args, **kwargs)

        inner.__name__ = f"{self.name}_{page.name}".replace("-", "_")
        return self.admin_view(inner)

    @override
    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        own = held_by(request).service_id
        return {
            **super().each_context(request),
            "navigation": self.navigation(request),
            "panel": self.name,
            "own_service": TaxiService.objects.filter(pk=own).first() if own else None,
        }

    def navigation(self, request: HttpRequest) -> list[Group]:
        """The sections with at least one entry that this holder may open."""
        groups = []
        for section, label in LABELS.items():
            entries = [*self._page_entries(request, section), *self._model_entries(request, section)]
            if entries:
                groups.append(Group(str(label), entries[0].url, any(entry.current for entry in entries), entries))
        return groups

    def _page_entries(self, request: HttpRequest, section: Section) -> list[Entry]:
        job = held_by(request).job
        shown = [page for page in self.pages if page.section is section and page.label and job in page.jobs]
        return [self._entry(request, str(page.label), reverse(f"{self.name}:{page.name}")) for page in shown]

    def _model_entries(self, request: HttpRequest, section: Section) -> list[Entry]:
        return [
            self._entry(
                request,
                str(model._meta.verbose_name_plural).capitalize(),
                reverse(f"{self.name}:{model._meta.app_label}_{model._meta.model_name}_changelist"),
            )
            for model, admin in self._registry.items()
            if self._section(admin) is section and admin.has_view_permission(request)
        ]

    @staticmethod
    def _section(admin: ModelAdmin[Any]) -> Section | None:
        return getattr(admin, "section", None)

    def _entry(self, request: HttpRequest, label: str, url: str) -> Entry:
        home = reverse("admin:index", current_app=self.name)
        return Entry(label, url, request.path == url if url == home else request.path.startswith(url))


def _name(url: URLPattern | URLResolver) -> str | None:
    return getattr(url, "name", None)


centre = PanelSite("centre", _("Contact centre"), STAFF)
service = PanelSite("service", _("My service"), (Job.MANAGER,))
