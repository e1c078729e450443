"""Documents of an invoice: what is on them, how they are made, and that each link works once, for its holder alone."""

import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from billing.actions import export as actions
from billing.actions.parties import parties
from billing.exports import register
from billing.exports.pdf import invoice_pdf
from billing.exports.words import in_words
from billing.models import Contract, Export, ExportFile, Invoice, InvoiceLine, Seller, UsageEntry
from callcenter.cookies import GRANT_COOKIE
from callcenter.ids import uuid7
from tests.billing.cast import token_of
from tests.factories import Rival, make_rivals

pytestmark = pytest.mark.django_db(databases="__all__")
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def rivals() -> list[Rival]:
    """Two services in which nobody has asked for a document yet."""
    made = make_rivals(2)
    Export.objects.all().delete()
    return made


@pytest.fixture
def invoice(rivals: list[Rival]) -> Invoice:
    """Three orders of the first rival, billed by seller and buyer with all requisites."""
    contract = Contract.objects.get(service=rivals[0].service)
    Contract.objects.filter(pk=contract.pk).update(buyer_name="ООО «Комета-Авто»", buyer_inn="7707083893")
    Seller.objects.create(
        since=date(2026, 1, 1), name="ООО «Контакт-центр “Пример”»", inn="7707083893", kpp="770701001",
        address="г. Москва", bank="ПАО «Банк Пример»", bik="044525225",
        account="40702810938000000001", tax_mode="simplified_5",
        correspondent="30101810400000000225", director="А. А. Примеров", accountant="Б. Б. Примерова",
    )  # fmt: skip
    start = timezone.now()
    for position in range(3):
        UsageEntry.objects.create(
            id=uuid7(), service=rivals[0].service, contract=contract, order_id=uuid7(), number=f"=44{position}",
            placed_at=start + timedelta(seconds=position), billing_month=OCTOBER,
        )  # fmt: skip
    return bill(contract, lines=2)


def bill(contract: Contract, *, lines: int, orders: int = 3) -> Invoice:
    """An invoice as the closing writes it."""
    contract = Contract.objects.select_related("service").get(pk=contract.pk)
    made = Invoice(
        id=uuid7(), service=contract.service, contract=contract, number="КМ-2026-0001", month=OCTOBER,
        tariff_code="PER-ORDER-B", orders=orders, total=Decimal("15060.40") * lines, currency="RUB",
        input_hash="9c417e025b8d" * 5, closed_at=timezone.now(), parties=parties(contract, OCTOBER),
    )  # fmt: skip
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            service=contract.service, invoice=made, position=position, title="Orders at one price", first=1, last=3,
            quantity=3, rate=Decimal("5.95"), amount=Decimal("15060.40"),
        )
        for position in range(1, lines + 1)
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def browser(job: str, rival: Rival | None = None) -> Client:
    client = Client()
    client.cookies[GRANT_COOKIE] = token_of(job, service=rival.service if rival else None)
    return client


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be given to a worker."""
    told: list[str] = []
    monkeypatch.setattr("billing.views.documents.make_export.delay", told.append)
    return told


WORDS = {
    "0.00": "Ноль рублей 00 копеек", "0.01": "Ноль рублей 01 копейка", "1.00": "Один рубль 00 копеек",
    "2.02": "Два рубля 02 копейки", "5.05": "Пять рублей 05 копеек", "11.11": "Одиннадцать рублей 11 копеек",
    "21.21": "Двадцать один рубль 21 копейка", "22.14": "Двадцать два рубля 14 копеек",
    "100.00": "Сто рублей 00 копеек", "112.00": "Сто двенадцать рублей 00 копеек",
    "1000.00": "Одна тысяча рублей 00 копеек", "2000.30": "Две тысячи рублей 30 копеек",
    "5000.00": "Пять тысяч рублей 00 копеек", "15060.40": "Пятнадцать тысяч шестьдесят рублей 40 копеек",
    "21001.00": "Двадцать одна тысяча один рубль 00 копеек", "1000000.00": "Один миллион рублей 00 копеек",
    "2000002.02": "Два миллиона два рубля 02 копейки",
    "1234567.89": "Один миллион двести тридцать четыре тысячи пятьсот шестьдесят семь рублей 89 копеек",
}  # fmt: skip


@pytest.mark.parametrize(("amount", "words"), WORDS.items())
def test_an_amount_is_written_in_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "1.001", "NaN"])
def test_what_is_no_amount_is_not_written(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot be written in words"):
        in_words(Decimal(amount))


def test_the_paper_says_who_owes_whom_what_and_why(invoice: Invoice) -> None:
    text = " ".join(PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0].extract_text().replace("\xa0", " ").split())

    for said in (
        "Счёт КМ-2026-0001", "ООО «Контакт-центр “Пример”»", "ИНН 7707083893", "044525225", "40702810938000000001",
        "ООО «Комета-Авто», ИНН 7707083893", "октябрь 2026", "НДС 5 %", "30 120,80",
        "Тридцать тысяч сто двадцать рублей 80 копеек",
        "страница 1 из 1", "9c41 7e02 5b8d", "А. А. Примеров",
    ):  # fmt: skip
        assert said in text, said


def test_the_tax_is_the_sum_of_the_lines_taxes(invoice: Invoice) -> None:
    text = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0].extract_text().replace("\xa0", " ")

    assert text.count("717,16") == 2
    assert "1 434,32" in text


def test_the_fonts_travel_with_the_paper(invoice: Invoice) -> None:
    page = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]

    assert {str(font["/BaseFont"]).partition("+")[2] for font in fonts} == {"Inter-Regular", "Inter-SemiBold"}


def test_a_long_bill_repeats_its_head_and_counts_its_pages(invoice: Invoice) -> None:
    Contract.objects.filter(pk=invoice.contract_id).update(series="L")
    other = Contract.objects.exclude(pk=invoice.contract_id).get()
    pages = PdfReader(io.BytesIO(invoice_pdf(bill(other, lines=59, orders=0)))).pages

    assert len(pages) == 3
    assert all("Услуга" in page.extract_text() for page in pages[:2])
    assert "страница 3 из 3" in pages[2].extract_text().replace("\xa0", " ")


def test_the_same_invoice_gives_the_same_bytes(invoice: Invoice) -> None:
    assert invoice_pdf(invoice) == invoice_pdf(invoice)


def test_the_workbook_holds_numbers_that_add_up_and_no_formula(invoice: Invoice) -> None:
    export = _wish(invoice, "xlsx")
    actions.make(export)
    content = ExportFile.objects.get(export=export).content

    book = openpyxl.load_workbook(io.BytesIO(bytes(content)))
    lines, orders = book.worksheets
    amounts = [row[4].value for row in lines.iter_rows(min_row=2)]
    assert sum(map(Decimal, map(str, amounts[:-1]))) == Decimal(str(amounts[-1])) == invoice.total
    assert [row[1].value for row in orders.iter_rows(min_row=2)] == ["'=440", "'=441", "'=442"]
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def _wish(invoice: Invoice, wanted: str) -> UUID:
    return Export.objects.create(
        id=uuid7(), service_id=invoice.service_id, invoice=invoice, format=wanted, asked_by=uuid7(),
        expires_at=timezone.now() + timedelta(days=1),
    ).pk  # fmt: skip


def test_the_register_is_read_in_pages_and_counts_on(invoice: Invoice) -> None:
    pages = list(register.entries(invoice, page=2))

    assert [[entry.ordinal for entry in page] for page in pages] == [[1, 2], [3]]


def test_a_file_is_made_linked_and_fetched_once(invoice: Invoice, rivals: list[Rival], sent: list[str]) -> None:
    manager = browser("manager", rivals[0])
    page = f"/service/invoices/{invoice.pk}/documents/"
    assert manager.post(page, {"format": "pdf"})["Location"] == page
    export = Export.objects.get()
    assert (export.state, export.progress) == ("queued", 0)
    actions.make(export.pk)

    there = manager.post(f"/service/documents/{export.pk}/link")["Location"]
    first, second = manager.get(there), manager.get(there)

    assert first.status_code == 200
    assert first.content == invoice_pdf(invoice)
    assert first["Content-Disposition"].endswith("2026-0001-2026-10.pdf")
    assert "no-store" in first["Cache-Control"]
    assert second.status_code == 410
    assert page in second.content.decode()


def test_whoever_asks_twice_gets_one_file(invoice: Invoice, rivals: list[Rival], sent: list[str]) -> None:
    manager = browser("manager", rivals[0])

    for _press in range(2):
        manager.post(f"/service/invoices/{invoice.pk}/documents/", {"format": "pdf"})

    assert Export.objects.count() == 1


def test_another_manager_finds_neither_page_nor_link_nor_file(
    invoice: Invoice, rivals: list[Rival], sent: list[str]
) -> None:
    own, other = browser("manager", rivals[0]), browser("manager", rivals[1])
    own.post(f"/service/invoices/{invoice.pk}/documents/", {"format": "csv"})
    export = Export.objects.get()
    actions.make(export.pk)
    there = own.post(f"/service/documents/{export.pk}/link")["Location"]

    assert other.get(f"/service/invoices/{invoice.pk}/documents/").status_code == 404
    assert other.post(f"/service/documents/{export.pk}/link").status_code == 404
    assert other.get(there).status_code == 404
    assert own.get(there).status_code == 200


@pytest.mark.parametrize(("job", "status"), [("accountant", 200), ("admin", 200), ("supervisor", 404)])
def test_of_the_staff_those_who_deal_with_money_get_in(invoice: Invoice, job: str, status: int) -> None:
    assert browser(job).get(f"/centre/invoices/{invoice.pk}/documents/").status_code == status


def test_a_format_that_does_not_exist_is_nowhere(invoice: Invoice, rivals: list[Rival], sent: list[str]) -> None:
    answer = browser("manager", rivals[0]).post(f"/service/invoices/{invoice.pk}/documents/", {"format": "exe"})

    assert (answer.status_code, Export.objects.count()) == (404, 0)


def test_what_a_dead_worker_left_is_taken_up_again(invoice: Invoice) -> None:
    export = _wish(invoice, "csv")
    Export.objects.filter(pk=export).update(state="running", started_at=timezone.now() - timedelta(minutes=11))

    assert actions.waiting() == [export]
    actions.make(export)

    assert Export.objects.get().state == "done"


def test_a_file_that_cannot_be_made_says_so(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    export = _wish(invoice, "pdf")
    monkeypatch.setitem(actions.MAKERS, "pdf", lambda invoice, told: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        actions.make(export)

    assert Export.objects.get().state == "failed"


def test_a_file_past_its_day_is_forgotten_with_its_bytes(invoice: Invoice) -> None:
    export = _wish(invoice, "csv")
    actions.make(export)
    Export.objects.filter(pk=export).update(expires_at=timezone.now() - timedelta(seconds=1))

    actions.clean_up()

    assert not ExportFile.objects.exists()
