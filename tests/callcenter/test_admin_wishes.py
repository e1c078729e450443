"""The wishes of a service: kept by its manager or by the centre, one digit and one code each."""

from collections.abc import Iterator

import pytest

from callcenter.models import AuditEntry, Wish
from tests.factories import Centre, Rival, make_centre, make_rivals
from tests.panels import browser, errors, seen

pytestmark = pytest.mark.django_db(databases="__all__")
OWN, ALL = "/service/callcenter/wish/", "/centre/callcenter/wish/"


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def staff(rivals: list[Rival]) -> Iterator[Centre]:
    return make_centre()  # type: ignore[return-value]


def typed(**changes: str) -> dict[str, str]:
    return {"digit": "5", "title": "Детское кресло", "code": "12=9-18 кг", **changes}


def test_a_manager_adds_a_wish_to_the_own_service_and_to_no_other(rivals: list[Rival]) -> None:
    own, rival = rivals

    answer = browser(own.manager_token).post(f"{OWN}add/", {**typed(), "service": str(rival.service.pk)})

    assert answer.status_code == 302
    made = Wish.objects.get(title="Детское кресло")
    assert (made.service_id, made.digit, made.code) == (own.service.pk, 5, "12=9-18 кг")
    assert AuditEntry.objects.get(action="wish.added").detail == {"id": str(made.pk)}


def test_a_manager_sees_changes_and_deletes_the_own_wishes_alone(rivals: list[Rival]) -> None:
    (mine, theirs), client = (
        [Wish.objects.get(service=rival.service) for rival in rivals],
        browser(rivals[0].manager_token),
    )

    shown = seen(client.get(OWN))
    assert mine.title in shown
    assert theirs.title not in shown
    assert client.get(f"{OWN}{theirs.pk}/change/").status_code == 302
    client.post(f"{OWN}{theirs.pk}/delete/", {"post": "yes"})
    client.post(f"{OWN}{mine.pk}/change/", typed(title="Собака"))
    mine.refresh_from_db()
    assert mine.title == "Собака"
    client.post(f"{OWN}{mine.pk}/delete/", {"post": "yes"})

    assert list(Wish.objects.all()) == [theirs]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("digit", "10", "9"),
        ("digit", "1", "1 is the digit of “{title}” already: choose another one."),
        ("code", "{code}", "{code} is the code of “{title}” already: a wish has a code of its own."),
        ("title", "", "required"),
    ],
)
def test_a_wrong_wish_says_what_is_wrong_and_keeps_what_was_typed(
    rivals: list[Rival], staff: Centre, field: str, value: str, said: str
) -> None:
    there = Wish.objects.get(service=rivals[0].service)
    known = {"title": there.title, "code": there.code}
    wrong = typed(**{field: value.format(**known)})

    for client, path, service in (
        (browser(rivals[0].manager_token), OWN, ""),
        (browser(staff.tokens["admin"]), ALL, str(there.service_id)),
    ):
        answer = client.post(f"{path}add/", {**wrong, "service": service})
        assert list(errors(answer)) == [field]
        assert said.format(**known) in errors(answer)[field][0]
        assert (typed()["title"] if field == "digit" else typed()["digit"]) in answer.content.decode()


def test_the_same_digit_in_another_service_is_free(rivals: list[Rival], staff: Centre) -> None:
    answer = browser(staff.tokens["admin"]).post(f"{ALL}add/", {**typed(), "service": str(rivals[1].service.pk)})
    browser(rivals[0].manager_token).post(f"{OWN}add/", typed())

    assert answer.status_code == 302
    assert Wish.objects.filter(digit=5).count() == 2
