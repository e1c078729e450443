"""WatchedAdmin: lists of what happens, newest first, for reading."""

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from typing_extensions import override

from callcenter.models import Job
from callcenter.panel import PanelAdmin, Section
from callcenter.panel.paging import CappedPaginator

READERS: Mapping[str, str] = {Job.MANAGER: "view", Job.SUPERVISOR: "view", Job.ADMIN: "view"}


class WatchedAdmin(PanelAdmin):
    """Read only; main rows alone: whatever was said in a call is in no panel."""

    section = Section.LIVE
    rights: ClassVar[Mapping[str, str]] = READERS
    paginator = CappedPaginator
    list_select_related: ClassVar[Any] = ("service",)
    list_display_links = ("when",)

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        """A manager's rows are all of one service."""
        shown = super().get_list_display(request)
        return [name for name in shown if name != "service"] if self.admin_site.name == "service" else shown

    @override
    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Every moment of a row in the time of its service, whoever looks."""
        response = super().render_change_form(request, context, *args, **kwargs)
        with timezone.override(ZoneInfo(kwargs["obj"].service.time_zone)):
            return response.render()

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()
