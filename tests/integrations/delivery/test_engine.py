"""The engine against a dispatch program that works, fails, or says nothing."""

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, connections

from callcenter.models import AuditEntry, Grant, Seat
from callcenter.secrets import vault
from integrations.delivery.decide import NOT_SET_UP, SIMILAR, TOO_LATE, UNCONFIRMED
from integrations.delivery.engine import Engine
from integrations.dispatch.taximaster.codes import PHRASES
from integrations.models import Connection
from orders.models import Attempt, Call, Delivery, Order, OrderSecret
from tests.integrations.delivery.program import (
    Program,
    accept,
    accept_and_drop,
    accept_and_hang,
    accept_late,
    drop,
    hang,
    refuse,
)
from tests.integrations.delivery.scene import (
    QUICK,
    engine,
    order_by_operator,
    orders_in_bulk,
    settled,
    until,
    wake,
)
from tests.orders.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_an_order_reaches_the_program_and_comes_back_with_its_number(komet: Cast, program: Program) -> None:
    with engine():
        order = order_by_operator(komet)
        until(settled("accepted"))

    order.refresh_from_db()
    assert (order.state, order.number) == ("accepted", "4711")
    assert program.orders[0]["comment"] == f"код 12 #{order.marker[-10:]}"
    assert program.orders[0]["check_duplicate"] is False
    assert list(Attempt.objects.values_list("position", "purpose", "outcome")) == [(1, "place", "placed")]


def test_acceptance_ends_the_right_to_the_call_and_counts_the_days_of_the_secret(komet: Cast) -> None:
    version = Seat.objects.get(pk=komet.seat.pk).version
    with engine():
        order = order_by_operator(komet)
        until(settled("accepted"))

    order.refresh_from_db()
    assert order.accepted_at is not None
    assert Grant.objects.get().close_reason == "accepted"
    assert OrderSecret.objects.get().erase_after == order.accepted_at + timedelta(days=3)
    assert Call.objects.get().disposition == 0
    assert Seat.objects.get(pk=komet.seat.pk).version > version
    trail = AuditEntry.objects.filter(actor="delivery").order_by("seq")
    assert [(entry.action, entry.detail) for entry in trail] == [
        ("order.accepted", {"order": str(order.pk), "number": "4711"}),
        ("grant.closed", {"call": str(order.call_id)}),
    ]


def test_a_lost_answer_is_found_by_the_marker_and_not_sent_again(komet: Cast, program: Program) -> None:
    program.deeds = [accept_and_drop]
    with engine():
        order = order_by_operator(komet)
        until(settled("accepted"))

    order.refresh_from_db()
    delivery = Delivery.objects.get()
    assert (order.number, len(program.creations), delivery.sends) == ("4711", 1, 1)
    assert list(Attempt.objects.order_by("position").values_list("purpose", "outcome")) == [
        ("place", "unknown"),
        ("search", "found"),
    ]


def test_an_order_that_never_arrived_is_sent_again_once_after_three_empty_looks(komet: Cast, program: Program) -> None:
    program.deeds = [drop]
    with engine():
        order_by_operator(komet)
        until(settled("accepted"))

    assert [body["check_duplicate"] for body in program.creations] == [False, True]
    assert (len(program.orders), Delivery.objects.get().sends) == (1, 2)
    assert [attempt.outcome for attempt in Attempt.objects.order_by("position")] == [
        "unknown", "none", "none", "none", "placed",
    ]  # fmt: skip


def test_after_two_sends_without_a_trace_a_person_decides(komet: Cast, program: Program) -> None:
    program.usual = drop
    with engine():
        order = order_by_operator(komet)
        until(settled("review"))

    order.refresh_from_db()
    assert (order.state, order.phrase) == ("unknown", UNCONFIRMED)
    assert (len(program.creations), Delivery.objects.get().sends) == (2, 2)
    assert Grant.objects.get().closed_at is None


def test_a_similar_order_of_somebody_else_is_never_sent_again(komet: Cast, program: Program) -> None:
    program.deeds = [refuse(100)]
    with engine():
        order = order_by_operator(komet)
        until(settled("review"))

    order.refresh_from_db()
    assert (order.state, order.phrase, len(program.creations)) == ("unknown", SIMILAR, 1)


def test_two_orders_with_our_marker_are_for_a_person(komet: Cast, program: Program) -> None:
    program.deeds, program.twins = [accept_and_drop], 2
    with engine():
        order_by_operator(komet)
        until(settled("review"))

    assert (program.looks, len(program.creations)) == (1, 1)


def test_a_program_that_is_down_for_a_while_gets_the_order_when_it_is_back(komet: Cast, program: Program) -> None:
    Connection.objects.update(base_url="http://127.0.0.1:9")
    with engine():
        order_by_operator(komet)
        until(lambda: Attempt.objects.filter(outcome="not_sent").count() >= 3)
        Connection.objects.update(base_url=program.url)
        until(settled("accepted"))

    assert (len(program.creations), Delivery.objects.get().sends) == (1, 1)


def test_an_order_that_could_not_be_delivered_in_time_is_left_to_a_person(komet: Cast, program: Program) -> None:
    Connection.objects.update(base_url="http://127.0.0.1:9")
    order = orders_in_bulk(komet, 1, expires_in_s=0.5)[0]
    with engine():
        until(settled("expired"))
        Connection.objects.update(base_url=program.url)

    order.refresh_from_db()
    assert (order.state, order.phrase) == ("expired", TOO_LATE)
    assert (program.creations, Delivery.objects.get().sends) == ([], 0)


def test_a_refusal_shows_its_phrase_and_leaves_the_dialog_open(komet: Cast, program: Program) -> None:
    program.usual = refuse(110)
    with engine():
        order = order_by_operator(komet)
        until(settled("rejected"))

    order.refresh_from_db()
    assert (order.state, order.phrase, order.number) == ("rejected", PHRASES["create_order2"][110], "")
    assert Grant.objects.get().closed_at is None
    assert Attempt.objects.get().code == "110"
    assert not AuditEntry.objects.filter(action="delivery.configuration").exists()


def test_an_order_refused_for_its_key_is_kept_told_once_and_delivered_after_the_repair(
    komet: Cast, program: Program
) -> None:
    program.usual = refuse(4)
    with engine():
        order = order_by_operator(komet)
        until(lambda: Attempt.objects.count() >= 2)
        order.refresh_from_db()
        held = (order.state, Delivery.objects.get().sends, Grant.objects.get().closed_at)
        program.usual = accept
        until(settled("accepted"))

    assert held[0] in ("queued", "sending")
    assert held[2] is None
    order.refresh_from_db()
    assert (order.state, len(program.orders)) == ("accepted", 1)
    tries = Attempt.objects.order_by("position").values_list("outcome", "code", "reason")
    assert tries[0] == ("not_sent", "key", "refused with code 4")
    assert tries.last()[0] == "placed"  # type: ignore[index]
    told = AuditEntry.objects.get(action="delivery.configuration")
    assert told.detail == {"order": str(order.pk), "code": "key"}


def test_a_program_that_refuses_the_key_is_left_alone_like_one_that_is_down(komet: Cast, program: Program) -> None:
    program.usual = refuse(4)
    with engine() as running:
        orders_in_bulk(komet, 5)
        wake()
        until(lambda: running.breaker.rooms().get(komet.service.pk) == 0)


def test_a_service_without_a_program_refuses_and_says_so(komet: Cast) -> None:
    Connection.objects.all().delete()
    with engine():
        order = order_by_operator(komet)
        until(settled("rejected"))

    order.refresh_from_db()
    assert order.phrase == NOT_SET_UP


def test_nothing_of_a_try_s_record_or_log_is_personal(
    komet: Cast, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    program.deeds = [refuse(110)]
    with caplog.at_level("DEBUG"), engine():
        order_by_operator(komet)
        until(settled("rejected"))

    kept = caplog.text + str(list(Attempt.objects.values())) + str(list(AuditEntry.objects.values("detail")))
    assert [word for word in ("9001234567", "Ленина", "Вокзал", "Иванов") if word in kept] == []


def test_a_wake_up_is_told_from_a_poll(komet: Cast) -> None:
    with engine(replace(QUICK, poll_s=60.0)) as running:
        until(lambda: running.link.owner is not None)
        order_by_operator(komet)
        until(settled("accepted"))
    with engine():
        orders_in_bulk(komet, 1)
        until(settled("accepted", of=2))

    found = Delivery.objects.order_by("created_at").values_list("found_by", flat=True)
    assert list(found) == ["wake", "poll"]


def test_one_service_that_hangs_gets_eight_requests_and_holds_up_nobody(
    komet: Cast, luna: Cast, program: Program, rival_program: Program
) -> None:
    program.usual = hang
    orders_in_bulk(komet, 30)
    with engine() as running:
        until(lambda: program.under_way == 8)
        orders_in_bulk(luna, 40)
        wake()
        until(settled("accepted", of=40))
        figures = running.figures()

    assert (program.most_at_once, figures["in_flight"]) == (8, 8)
    assert rival_program.most_at_once <= 8
    assert len(set(rival_program.markers())) == 40


def test_a_service_may_ask_for_fewer_requests_at_once(komet: Cast, luna: Cast, program: Program) -> None:
    Connection.objects.filter(service=komet.service).update(most_at_once=2)
    program.usual = accept_late
    orders_in_bulk(komet, 12)
    with engine():
        until(lambda: program.under_way == 2)
        orders_in_bulk(luna, 10)
        until(settled("accepted", of=10))
        program.gate.set()
        until(settled("accepted", of=22))

    assert program.most_at_once == 2


def test_two_engines_deliver_two_hundred_orders_once_each(
    komet: Cast, luna: Cast, program: Program, rival_program: Program
) -> None:
    orders_in_bulk(komet, 100)
    orders_in_bulk(luna, 100)
    with engine(), engine():
        until(settled("accepted", of=200))

    assert (len(program.orders), len(rival_program.orders)) == (100, 100)
    assert len({*program.markers(), *rival_program.markers()}) == 200
    assert Order.objects.filter(state="accepted").values("service", "number").distinct().count() == 200
    assert max(program.most_at_once, rival_program.most_at_once) <= 8


def test_an_engine_that_stops_gives_back_what_it_could_not_finish(komet: Cast, program: Program) -> None:
    program.deeds = [accept_and_hang]
    order_by_operator(komet)
    with engine():
        until(program.asked.is_set)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.owner, delivery.sends) == ("unknown", None, 1)


def test_cut_connections_to_the_database_are_made_anew(komet: Cast, program: Program) -> None:
    with engine() as running:
        until(lambda: running.link.owner is not None)
        orders_in_bulk(komet, 1)
        until(settled("accepted"))
        connections["keys"].close()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname IN (current_database(), %s) AND pid <> pg_backend_pid()",
                [connections["keys"].settings_dict["NAME"]],
            )
        vault.cache.clear()
        until(lambda: running.link.connected == 2 and running.link.owner is not None)
        orders_in_bulk(komet, 20)
        wake()
        until(settled("accepted", of=21))

    assert len(program.orders) == 21


def test_a_dead_thread_ends_the_process(transactional_db: None) -> None:
    died = Event()
    running = Engine(QUICK, die=died.set)
    running.start()

    running._jobs.put(_die)

    assert died.wait(5)
    running.stop()


def _die() -> None:
    raise SystemExit(1)
