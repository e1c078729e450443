"""The documents of one invoice: asked for, watched while they are made, fetched once. The same pages in both panels."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions import export as actions
from billing.models import Export, ExportFormat, Invoice
from billing.tasks import make_export
from callcenter.cookies import hashed
from callcenter.panel.holder import POLL_HEADER, Holder
from callcenter.panel.site import PanelSite, held_by

KINDS = {
    ExportFormat.PDF: ("pdf", "application/pdf"),
    ExportFormat.XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ExportFormat.CSV: ("csv", "text/csv; charset=utf-8"),
    ExportFormat.REGISTER: ("csv", "text/csv; charset=utf-8"),
}


class Documents:
    """The pages in one panel; rows are the policies' to choose: a foreign invoice is as absent as a missing one."""

    def __init__(self, site: PanelSite, jobs: tuple[str, ...]) -> None:
        self.site = site
        views = (
            ("invoices/<uuid:invoice_id>/documents/", self.page, "invoice-documents"),
            ("documents/<uuid:export_id>/link", self.link, "document-link"),
            ("documents/<uuid:export_id>/<str:token>", self.fetch, "document-fetch"),
        )
        for route, view, name in views:
            site.page(route, view, name=name, jobs=jobs)

    def page(self, request: HttpRequest, invoice_id: UUID) -> HttpResponse:
        """GET: what there is; POST `format`: have it made. Polled while something is being made."""
        return require_http_methods(["GET", "POST"])(self._page)(request, invoice_id)

    def link(self, request: HttpRequest, export_id: UUID) -> HttpResponse:
        """POST: a link that works once."""
        return require_POST(self._link)(request, export_id)

    def fetch(self, request: HttpRequest, export_id: UUID, token: str) -> HttpResponse:
        """GET: the file, the first time; a page that says so from then on."""
        return require_GET(self._fetch)(request, export_id, token)

    def _page(self, request: HttpRequest, invoice_id: UUID) -> HttpResponse:
        invoice = self._invoice(invoice_id)
        if request.method == "POST":
            self._ask(invoice, request.POST.get("format", ""), held_by(request))
            return HttpResponseRedirect(self._url("invoice-documents", invoice_id), status=303)
        shown = {"rows": self._rows(invoice), "invoice": invoice, "here": self._url("invoice-documents", invoice_id)}
        if POLL_HEADER in request.headers:
            return render(request, "panel/documents_box.html", {**shown, "panel": self.site.name})
        title = _("Documents of invoice %(number)s") % {"number": invoice.number}
        return render(request, "panel/documents.html", {**self.site.each_context(request), **shown, "title": title})

    @staticmethod
    def _ask(invoice: Invoice, wanted: str, holder: Holder) -> None:
        if wanted not in ExportFormat.values:
            raise Http404
        actions.ask(invoice, wanted, person=holder.pk, grant=holder.grant, send=make_export.delay)

    @staticmethod
    def _invoice(invoice_id: UUID) -> Invoice:
        found = Invoice.objects.select_related("contract").filter(pk=invoice_id).first()
        if found is None:
            raise Http404
        return found

    @staticmethod
    def _rows(invoice: Invoice) -> list[dict[str, Any]]:
        """One row per format, with the newest file of it."""
        newest: dict[str, Export] = {}
        made = Export.objects.filter(service=invoice.service_id, invoice=invoice, expires_at__gt=timezone.now())
        for export in made.order_by("asked_at"):
            newest[export.format] = export
        return [{"format": made.value, "label": made.label, "export": newest.get(made.value)} for made in ExportFormat]

    def _link(self, request: HttpRequest, export_id: UUID) -> HttpResponse:
        export = Export.objects.filter(pk=export_id).first()
        holder = held_by(request)
        token = actions.link(export, person=holder.pk, grant=holder.grant) if export else None
        if token is None:
            raise Http404
        return HttpResponseRedirect(self._url("document-fetch", export_id, token), status=303)

    def _fetch(self, request: HttpRequest, export_id: UUID, token: str) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM app.fetch_export(%s, %s)", [export_id, hashed(token)])
            row = cursor.fetchone()
        if row is None:
            return self._used(request, export_id)
        content, made, number, month = row
        ending, kind = KINDS[ExportFormat(made)]
        name = f"{number}-{month:%Y-%m}{'-register' if made == ExportFormat.REGISTER else ''}.{ending}"
        answer = HttpResponse(bytes(content), content_type=kind)
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer

    def _used(self, request: HttpRequest, export_id: UUID) -> HttpResponse:
        export = Export.objects.filter(pk=export_id).first()
        if export is None:
            raise Http404
        title = _("This link has been used")
        back = self._url("invoice-documents", export.invoice_id)
        context = {**self.site.each_context(request), "title": title, "back": back}
        return render(request, "panel/document_gone.html", context, status=410)

    def _url(self, name: str, *arguments: Any) -> str:
        return reverse(f"{self.site.name}:{name}", args=arguments)
