"""Connections in the panels: what is kept, what is refused, what a test finds; orders outlast every trouble."""

from pathlib import Path
from typing import Any

import pytest

from callcenter.contracts import Trouble
from callcenter.models import AuditEntry, TaxiService
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations import checks
from integrations.dispatch.taximaster.settings import FIELDS
from integrations.models import Connection, ConnectionCheck
from integrations.secrets import ConnectionKey
from integrations.standing import state_of_try
from integrations.troubles import WORDS
from tests.factories import Centre, make_rivals
from tests.integrations.http_peer import OK, Peer, serve
from tests.integrations.panel.cast import EXCHANGES, LIST, linked, typed
from tests.integrations.simulators.taximaster_box import SECRET, Box
from tests.panels import browser, errors, seen, within_limit

pytestmark = pytest.mark.django_db(databases="__all__")


def test_an_administrator_enters_a_connection_whose_key_is_never_seen_again(
    staff: Centre, service: TaxiService
) -> None:
    admin = browser(staff.tokens["admin"])

    answer = admin.post(f"{LIST}add/", typed(service))

    assert answer.status_code == 303, errors(answer)
    link = Connection.with_key.get()
    assert link.key() == ConnectionKey(secret="a-secret-key")
    assert link.stored == {"time_zone": "Asia/Omsk", "phone_format": "8", "crew_group_id": 12}
    assert (link.base_url, link.most_at_once, link.active) == ("https://tm.example.ru:8089", 8, True)
    page = within_limit(admin, f"{LIST}{link.pk}/change/")
    assert "a-secret-key" not in page.content.decode()
    assert "A key is stored and is never shown" in seen(page)
    assert ConnectionCheck.objects.get().state == "waiting"
    entry = AuditEntry.objects.get(action="connection.added")
    assert (entry.service, entry.detail) == (service.pk, {"id": str(link.pk)})


def test_an_empty_key_leaves_the_stored_one_and_a_new_one_replaces_it(staff: Centre, service: TaxiService) -> None:
    link, admin = linked(service, "https://tm.example.ru"), browser(staff.tokens["admin"])
    path = f"{LIST}{link.pk}/change/"

    answer = admin.post(path, typed(key="", setting_crew_group_id="", setting_tariff_id="7"))
    assert answer.status_code == 303, errors(answer)
    kept = Connection.with_key.get()
    assert (kept.key().secret, kept.stored["tariff_id"], "crew_group_id" in kept.stored) == (SECRET, 7, False)

    admin.post(path, typed(key=" another-key "))
    assert Connection.with_key.get().key().secret == "another-key"
    told = AuditEntry.objects.filter(action="connection.changed").order_by("seq").last()
    assert told is not None
    assert "another-key" not in str(told.detail)


def test_settings_that_no_field_shows_are_kept(staff: Centre, service: TaxiService) -> None:
    link = linked(service, "https://tm.example.ru")
    hidden = next(iter({"user_id", "uds_id"} - {item.name for item in FIELDS}), None)

    browser(staff.tokens["admin"]).post(f"{LIST}{link.pk}/change/", typed(key=""))

    assert hidden is None or hidden in Connection.objects.get().stored


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("base_url", "tm.example.ru", "“tm.example.ru” is no address of a program: write https://name:port"),
        ("base_url", "https://tm.example.ru/?key=1", "is no address of a program"),
        ("base_url", "https://user:pass@tm.example.ru", "is no address of a program"),
        ("base_url", "http://tm.example.ru", "Without https only on a private network"),
        ("most_at_once", "0", "0 at once is not possible: use a number from 1 to 64"),
        ("most_at_once", "many", "whole number"),
        ("key", "abc", "The key has 3 characters: 4 to 200 are possible"),
        ("key", "", "Without a key the program refuses every order"),
        ("trust", "anybody", "anybody is not one of the available choices"),
        ("setting_time_zone", "Moscow", "Moscow is not a time zone"),
        ("setting_time_zone", "", "required"),
        ("setting_phone_format", "9", "9 is not one of the available choices"),
        ("setting_crew_group_id", "twelve", "“twelve” is no number of the program"),
        ("setting_tariff_id", "-1", "“-1” is no number of the program"),
        ("kind", "abacus", "abacus is not one of the available choices"),
        ("service", "", "required"),
    ],
)
def test_a_wrong_field_says_its_value_and_rule_and_keeps_the_rest(
    staff: Centre, service: TaxiService, field: str, value: str, said: str
) -> None:
    page = browser(staff.tokens["admin"]).post(f"{LIST}add/", typed(service, **{field: value}))

    assert page.status_code == 200
    assert said in errors(page)[field][0]
    assert field == "setting_time_zone" or "Asia/Omsk" in page.content.decode()
    assert "a-secret-key" not in page.content.decode()
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"trust": "pinned", "fingerprint": "AB:CD"}, "fingerprint", "“AB:CD” is no fingerprint"),
        ({"trust": "pinned"}, "fingerprint", "these are 0"),
        ({"trust": "own", "ca_pem": "hello"}, "ca_pem", "“hello…” is no certificate"),
        ({"trust": "own"}, "ca_pem", "is no certificate"),
    ],
)
def test_whom_to_believe_has_to_be_said_in_full(
    staff: Centre, service: TaxiService, changes: dict[str, str], field: str, said: str
) -> None:
    page = browser(staff.tokens["admin"]).post(f"{LIST}add/", typed(service, **changes))

    assert said in errors(page)[field][0]


def test_one_mode_of_trust_holds_and_a_fingerprint_may_be_written_with_colons(
    staff: Centre, service: TaxiService
) -> None:
    link, admin = linked(service, "https://tm.example.ru", pem="x"), browser(staff.tokens["admin"])
    written = ":".join(["AB"] * 32)

    admin.post(f"{LIST}{link.pk}/change/", typed(key="", trust="pinned", fingerprint=written, ca_pem="left over"))

    link.refresh_from_db()
    assert (link.fingerprint, link.ca_pem) == ("ab" * 32, "")
    admin.post(f"{LIST}{link.pk}/change/", typed(key="", trust="public", fingerprint=written))
    link.refresh_from_db()
    assert (link.fingerprint, link.ca_pem) == ("", "")


def test_a_service_has_one_connection_in_use(staff: Centre, service: TaxiService) -> None:
    linked(service, "https://tm.example.ru")

    page = browser(staff.tokens["admin"]).post(f"{LIST}add/", typed(service))

    assert "Комета has another connection in use" in errors(page)["active"][0]
    assert browser(staff.tokens["admin"]).post(f"{LIST}add/", typed(service, active="")).status_code == 303


def test_jobs_and_connections(staff: Centre, service: TaxiService) -> None:
    link = linked(service, "https://tm.example.ru")
    path = f"{LIST}{link.pk}"

    supervisor, accountant = browser(staff.tokens["supervisor"]), browser(staff.tokens["accountant"])
    assert b'name="_save"' not in supervisor.get(f"{path}/change/").content
    assert supervisor.post(f"{path}/change/", typed()).status_code == 403
    assert supervisor.get(f"{LIST}add/").status_code == 403
    assert supervisor.post(f"{path}/check/").status_code == 303
    assert accountant.get(LIST).status_code == 403
    assert accountant.get(f"{path}/standing/").status_code == 404
    assert accountant.post(f"{path}/check/").status_code == 404
    assert supervisor.get(EXCHANGES).status_code == 403
    assert ConnectionCheck.objects.count() == 1


def test_a_manager_reads_how_the_own_connection_stands_and_nothing_of_others(staff: Centre) -> None:
    own, other = make_rivals(2)
    mine, theirs = (Connection.objects.get(service=item.service) for item in (own, other))
    ConnectionCheck.objects.filter(connection=mine).update(state="key")
    client = browser(own.manager_token)
    path = "/service/integrations/connection/"

    listed = seen(within_limit(client, path))
    assert "The key is wrong." in listed
    assert other.mark.lower() not in listed.lower().replace(own.mark.lower(), "")
    page = client.get(f"{path}{mine.pk}/change/")
    assert "tell the centre the one that is valid now" in seen(page)
    assert b'name="_save"' not in page.content
    assert client.get(f"{path}{theirs.pk}/standing/").status_code == 404
    assert client.get(f"{path}{mine.pk}/standing/").status_code == 200
    assert client.post(f"{path}{mine.pk}/change/", typed()).status_code == 403
    assert client.post(f"{path}{mine.pk}/check/").status_code in (302, 404)
    assert ConnectionCheck.objects.filter(state="waiting").count() == 0


def test_pages_take_few_queries_however_many_connections_there_are(staff: Centre) -> None:
    for rival in make_rivals(6):
        link = Connection.objects.get(service=rival.service)
        for job in ("admin", "supervisor"):
            within_limit(browser(staff.tokens[job]), f"{LIST}{link.pk}/change/")
    within_limit(browser(staff.tokens["admin"]), LIST)
    within_limit(browser(staff.tokens["admin"], language="ru"), f"{LIST}add/")
    within_limit(browser(staff.tokens["admin"]), f"{EXCHANGES}add/")


# --- testing


def outcome_of(link: Connection) -> ConnectionCheck:
    """Asked for in a request, carried out by a worker."""
    with unit(WORKER):
        asked = checks.ask_for(link)
    checks.carry_out(asked.pk)
    asked.refresh_from_db()
    return asked


def test_the_button_opens_no_socket_and_the_page_shows_the_outcome_when_it_is_there(
    staff: Centre, service: TaxiService, tm: Box
) -> None:
    link = linked(service, tm.running.url, fingerprint=tm.running.fingerprint)
    admin, path = browser(staff.tokens["admin"]), f"{LIST}{link.pk}"

    answer = admin.post(f"{path}/check/")
    again = admin.post(f"{path}/check/")

    assert (answer.status_code, answer["Location"]) == (303, f"{path}/change/#standing")
    assert again.status_code == 303
    check = ConnectionCheck.objects.get()
    assert "data-waiting" in admin.get(f"{path}/standing/", headers={"X-Poll": "1"}).content.decode()
    assert checks.carry_out(check.pk) == "ok"
    assert checks.carry_out(check.pk) == ""
    shown = admin.get(f"{path}/standing/", headers={"X-Poll": "1"})
    assert "data-waiting" not in shown.content.decode()
    assert "the program answers and takes our key" in seen(shown)
    assert AuditEntry.objects.filter(action="connection.checked").count() == 2


def test_a_test_tells_what_is_wrong(service: TaxiService, tm: Box, tmp_path: Path) -> None:
    url, pin = tm.running.url, tm.running.fingerprint
    cases = {
        Trouble.KEY: linked(service, url, fingerprint=pin, secret="another key"),
        Trouble.CERTIFICATE_CHANGED: Connection(base_url=url, fingerprint="0" * 64),
        Trouble.CERTIFICATE_UNTRUSTED: Connection(base_url=url),
        Trouble.UNREACHABLE: Connection(base_url="https://127.0.0.1:9"),
        Trouble.ADDRESS: Connection(base_url="https://127.0.0.1:9", private_allowed=False),
        Trouble.SETTINGS: Connection(base_url=url + "/elsewhere", fingerprint=pin),
        "ok": Connection(base_url=url, fingerprint=pin),
    }
    link = cases[Trouble.KEY]
    found: dict[str, ConnectionCheck] = {Trouble.KEY: outcome_of(link)}
    link.put_key(ConnectionKey(secret=SECRET))
    for name, case in list(cases.items())[1:]:
        private = name != Trouble.ADDRESS
        link.base_url, link.fingerprint, link.private_allowed = case.base_url, case.fingerprint, private
        link.save()
        found[name] = outcome_of(link)

    assert {name: check.state for name, check in found.items()} == {name: str(name) for name in cases}
    assert found[Trouble.CERTIFICATE_CHANGED].shown_fingerprint == pin
    assert found[Trouble.CERTIFICATE_UNTRUSTED].shown_fingerprint == pin
    assert found[Trouble.KEY].reason == "refused with code 4"


def test_an_answer_of_something_else_is_not_understood(service: TaxiService) -> None:
    def nonsense(opened: Any, peer: Peer) -> None:
        peer.read(opened)
        opened.sendall(OK)

    with serve(nonsense) as peer:
        assert outcome_of(linked(service, f"http://127.0.0.1:{peer.port}")).state == Trouble.OTHER


def test_a_program_that_says_nothing_is_silent(service: TaxiService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "READ_S", 0.2)

    def hush(opened: Any, peer: Peer) -> None:
        peer.read(opened)
        peer.ended.wait(5)

    with serve(hush) as peer:
        assert outcome_of(linked(service, f"http://127.0.0.1:{peer.port}")).state == Trouble.SILENT
        peer.ended.set()


def test_a_connection_without_a_key_or_with_settings_that_do_not_hold_is_told_without_asking(
    service: TaxiService,
) -> None:
    link = linked(service, "https://127.0.0.1:9")
    Connection.objects.update(stored={"time_zone": "Nowhere"})
    assert outcome_of(link).state == Trouble.SETTINGS
    Connection.objects.update(key_id=None, ciphertext=None)
    assert outcome_of(link).state == Trouble.KEY


def test_the_sweep_asks_for_what_was_not_heard_of_for_an_hour_and_finds_what_was_lost(service: TaxiService) -> None:
    link = linked(service, "https://127.0.0.1:9")

    assert checks.due() == []
    asked = ConnectionCheck.objects.get()
    assert (asked.connection, asked.state) == (link, "waiting")
    ConnectionCheck.objects.update(asked_at=asked.asked_at - checks.LOST_AFTER * 2)
    assert checks.due() == [asked.pk]
    ConnectionCheck.objects.update(asked_at=asked.asked_at - checks.KEPT_FOR * 2)
    checks.due()
    assert ConnectionCheck.objects.get().pk != asked.pk


def test_every_trouble_has_its_words_and_says_what_to_do() -> None:
    for trouble in Trouble:
        words = WORDS[trouble]
        assert words.sign == "bad"
        assert str(words.repair)
        assert str(words.theirs)
        assert "nothing is lost" in str(words.kept)


@pytest.mark.parametrize(
    ("outcome", "code", "state"),
    [
        ("placed", "", "ok"),
        ("rejected", "110", "ok"),
        ("none", "", "ok"),
        ("not_sent", "key", "key"),
        ("not_sent", "cert_changed", "cert_changed"),
        ("not_sent", "", "unreachable"),
        ("unknown", "silent", "silent"),
        ("unknown", "", "silent"),
        ("unclear", "", "other"),
    ],
)
def test_what_a_try_tells_of_the_connection(outcome: str, code: str, state: str) -> None:
    assert state_of_try(outcome, code) == state


# --- exchanges
