"""The page that says what it costs: for everybody, in its address, kept nowhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.panels import browser, seen

pytestmark = pytest.mark.django_db(databases="__all__")
LOG = "time;answered;order\n" + "2026-10-01 23:00:00;1;1\n" * 9 + "2026-10-01 10:00:00;0;0\n"


@pytest.fixture
def client() -> Client:
    return browser()


def test_a_new_page_shows_an_example_and_its_arithmetic(client: Client) -> None:
    page = seen(client.get("/cost/"))

    assert "It pays: 46,590 ₽ are left every month." in page
    assert "Package of 3000 3,000 × 6.50 19,500.00" in page
    assert "By the order 1,000 × 7.50 + 2,000 × 6.50 20,500.00" in page
    assert "3 people at 40 hours of 168. To cover all it takes 4.2 people 71 %" in page


def test_the_answer_is_honest(client: Client) -> None:
    page = seen(client.get("/cost/?dismissed=0"))

    assert "Do not buy: you would pay 19,500 ₽ more every month." in page
    assert "You dismiss nobody." in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("orders_a_day=many", "“many” does not fit: write a whole number from 0 to 100,000."),
        ("orders_a_day=1,5", "“1,5” does not fit: write a whole number from 0 to 100,000."),
        ("missed=91", "“91” does not fit: write a number from 0 to 90."),
        ("wage=NaN", "“NaN” does not fit"),
        ("hours_a_week=0", "“0” does not fit: write a whole number from 1 to 168."),
        ("operators=2", "3 cannot be dismissed of 2: write at most 2."),
        ("taking=some", "some is not one of the available choices"),
        ("seat=%00", "Null characters are not allowed"),
    ],
)
def test_a_wrong_number_says_its_rule_and_the_others_stay(client: Client, asked: str, said: str) -> None:
    answer = client.get(f"/cost/?earns=77&{asked}")

    assert answer.status_code == 422
    assert said in seen(answer)
    assert 'value="77"' in answer.content.decode()
    assert "Some numbers are wrong: this is an example." in seen(answer)


def test_numbers_are_taken_as_people_write_them(client: Client) -> None:
    page = seen(client.get("/cost/", {"wage": "20\u00a0000,50", "dismissed": "3"}))

    assert "3 × 20,000.50 60,001.50" in page


def test_a_log_fills_the_numbers_and_shows_its_months(client: Client) -> None:
    answer = client.post("/cost/log/", {"log": SimpleUploadedFile("calls.csv", LOG.encode())})

    assert answer.status_code == 200
    assert "October 2026 10 10.0 % 9 100.0 %" in seen(answer)
    assert 'name="orders_a_day" value="9"' in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n", "The log has no column time, answered, order, but a, b."),
        (b"", "The submitted file is empty."),
        (b"time;answered;order\n" + b"2026-10-01;1;1\n" * 800_000, "The file has 12 MB: give one of at most 10 MB"),
    ],
)
def test_a_log_that_cannot_be_read_changes_nothing(client: Client, content: bytes, said: str) -> None:
    answer = client.post("/cost/log/", {"log": SimpleUploadedFile("calls.csv", content)})

    assert answer.status_code == 422
    assert said in seen(answer)
    assert "46,590" in seen(answer)


def test_a_file_from_another_site_is_not_read() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/cost/log/", {"log": SimpleUploadedFile("calls.csv", LOG.encode())}).status_code == 403
