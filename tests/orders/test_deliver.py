"""Claims and the steps of a delivery, in the tables: what the worker may see, and what is written together."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from callcenter.contracts import Rejected
from callcenter.ids import uuid7
from callcenter.models import AuditEntry, Grant, Seat
from callcenter.tenancy.rules import SWITCH, WORKER
from callcenter.tenancy.unit import unit
from orders.actions import claims, deliver
from orders.actions.deliver import NOTHING_TRIED, Claim, ClaimLost, Try
from orders.actions.place import marker_of
from orders.models import Attempt, Call, Delivery, Order, OrderSecret
from orders.secrets import OrderDetails
from orders.state import ForbiddenMove
from tests.harness import as_role
from tests.orders.cast import Cast, cast, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__")

ENGINE = 4711
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())
PLACED = Try(purpose="place", started_at=NOW, outcome="placed")


@pytest.fixture
def komet() -> Cast:
    return cast()


@pytest.fixture
def call(komet: Cast) -> Call:
    with unit(SWITCH):
        ring_and_answer()
    return Call.objects.get()


def queued(cast: Cast, call: Call, *, at: datetime = NOW, expires_in_s: float = 180) -> Order:
    """One order of the call, due at the moment."""
    order_id = uuid7()
    order = Order.objects.create(
        id=order_id, service=cast.service, call=call, idempotency_key=uuid4(), marker=marker_of(order_id),
        phone_hmac=b"h", placed_at=at,
    )  # fmt: skip
    secret = OrderSecret(service=cast.service, order=order, call=call, erase_after=at + timedelta(days=10))
    secret.put(OrderDetails(phone="+79001234567", pickup="Ленина 15"))
    secret.save(force_insert=True)
    expires_at = at + timedelta(seconds=expires_in_s)
    Delivery.objects.create(service=cast.service, order=order, call=call, next_at=at, expires_at=expires_at)
    return order


def claim_all(*, rooms: dict[UUID, int] | None = None, limit: int = 32, now: datetime = NOW) -> list[Claim]:
    return claims.claim_due(ENGINE, limit, rooms=rooms or {}, most=8, found_by="wake", now=now)


def claim_one(cast: Cast, call: Call) -> Claim:
    queued(cast, call)
    return claim_all()[0]


def state_of(claim: Claim) -> tuple[str, str]:
    """State of the order and of its delivery."""
    return Order.objects.get(pk=claim.order).state, Delivery.objects.get(pk=claim.delivery).state


# --- what the worker sees


def test_the_worker_sees_no_order_and_no_secret_that_it_has_not_claimed(komet: Cast, call: Call) -> None:
    claim = claim_one(komet, call)
    other = queued(komet, call, at=NOW + timedelta(hours=1))

    with as_role("worker"):
        nothing = (Order.objects.count(), OrderSecret.objects.count())
    with as_role("worker", claim=claim.token):
        seen = list(Order.objects.values_list("pk", flat=True))
        secrets = list(OrderSecret.objects.values_list("order", flat=True))

    assert (nothing, seen, secrets) == ((0, 0), [claim.order], [claim.order])
    assert other.pk != claim.order


def test_a_guessed_claim_opens_nothing(komet: Cast, call: Call) -> None:
    claim_one(komet, call)

    with as_role("worker", claim="guessed"):
        assert Order.objects.count() == 0


def test_after_acceptance_the_claim_opens_nothing(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    deliver.accept(claim, "77", PLACED)

    with as_role("worker", claim=claim.token):
        assert (Order.objects.count(), OrderSecret.objects.count()) == (0, 0)


def test_the_claim_is_not_in_its_words() -> None:
    claim = Claim(
        delivery=uuid7(), order=uuid7(), call=uuid7(), service=uuid7(), sending=True, sends=0, searches=0, attempts=0,
        first_sent_at=None, expires_at=NOW, token="hidden",
    )  # fmt: skip

    assert "hidden" not in repr(claim)


# --- claims


def test_what_is_not_due_is_not_claimed(komet: Cast, call: Call) -> None:
    queued(komet, call, at=NOW + timedelta(seconds=1))

    assert claim_all() == []


def test_the_oldest_are_claimed_first_up_to_the_limit(komet: Cast, call: Call) -> None:
    late, early = queued(komet, call), queued(komet, call, at=NOW - timedelta(seconds=5))

    assert [claim.order for claim in claim_all(limit=1)] == [early.pk]
    assert [claim.order for claim in claim_all(limit=1)] == [late.pk]


def test_a_service_has_at_most_eight_under_way_counting_those_of_every_engine(komet: Cast, call: Call) -> None:
    for _ in range(12):
        queued(komet, call)

    first = claim_all(limit=5)
    second = claims.claim_due(ENGINE + 1, 32, rooms={}, most=8, found_by="wake", now=NOW)

    assert (len(first), len(second), claim_all()) == (5, 3, [])


def test_a_service_with_an_open_breaker_is_left_out_and_its_rival_is_not(komet: Cast, call: Call) -> None:
    luna = cast("Луна", number="+74951230011", extension="102")
    with unit(SWITCH):
        ring_and_answer("102", call="c2", dnis="+74951230011")
    queued(komet, call)
    wanted = queued(luna, Call.objects.get(external_id="c2"))

    assert [claim.order for claim in claim_all(rooms={komet.service.pk: 0})] == [wanted.pk]


def test_an_order_past_its_time_is_claimed_in_spite_of_the_breaker(komet: Cast, call: Call) -> None:
    order = queued(komet, call, expires_in_s=-1)

    assert claim_all(rooms={komet.service.pk: 0}) == []
    assert [claim.order for claim in claims.claim_overdue(ENGINE, 32, found_by="late", now=NOW)] == [order.pk]


def test_how_an_order_was_found_first_is_kept(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    deliver.send_later(claim, at=NOW, nothing_left=True, tried=PLACED)
    claims.claim_due(ENGINE, 1, rooms={}, most=8, found_by="poll", now=NOW)

    assert Delivery.objects.get().found_by == "wake"


# --- a dead engine


def lock(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])


def unlock(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def test_the_claims_of_a_dead_engine_return_and_what_was_marked_as_sent_is_unknown(komet: Cast, call: Call) -> None:
    marked, unmarked = queued(komet, call), queued(komet, call)
    held = {claim.order: claim for claim in claim_all()}
    deliver.mark_sending(held[marked.pk])

    returned = claims.release_dead_owners()

    assert returned == 2
    assert Delivery.objects.get(order=marked).state == "unknown"
    assert Delivery.objects.get(order=unmarked).state == "pending"
    assert set(Delivery.objects.values_list("owner", "claim_hash")) == {(None, None)}


def test_the_claims_of_a_living_engine_stay(komet: Cast, call: Call) -> None:
    claim_one(komet, call)
    lock(ENGINE)
    try:
        assert claims.release_dead_owners() == 0
    finally:
        unlock(ENGINE)

    assert Delivery.objects.get().state == "sending"


@pytest.mark.parametrize("key", [1, 2**31, 2**32 + 7, 2**61 + 3])
def test_keys_of_any_size_are_known_as_living(komet: Cast, call: Call, key: int) -> None:
    queued(komet, call)
    claims.claim_due(key, 1, rooms={}, most=8, found_by="wake", now=NOW)
    lock(key)
    try:
        assert claims.release_dead_owners() == 0
    finally:
        unlock(key)


STEPS: list[Callable[[Claim], object]] = [
    deliver.mark_sending,
    lambda claim: deliver.accept(claim, "77", PLACED),
    lambda claim: deliver.reject(claim, Rejected(code="1", phrase="No"), PLACED),
    lambda claim: deliver.send_later(claim, at=NOW, nothing_left=False, tried=PLACED),
    lambda claim: deliver.look_later(claim, at=NOW, searches=1, nothing_left=False, phrase="", tried=PLACED),
    lambda claim: deliver.to_review(claim, phrase="", why="several", tried=PLACED),
    lambda claim: deliver.expire(claim, phrase=""),
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_lost_claim_changes_nothing(komet: Cast, call: Call, step: Callable[[Claim], object]) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    claims.release_dead_owners()
    before = Delivery.objects.values().get()

    with pytest.raises(ClaimLost):
        step(claim)

    assert Delivery.objects.values().get() == before
    assert (Order.objects.get().state, Attempt.objects.count(), Grant.objects.get().closed_at) == ("sending", 0, None)


# --- acceptance


def test_an_acceptance_that_cannot_be_audited_is_none(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; "
            "CREATE TRIGGER refuse BEFORE INSERT ON callcenter_auditentry FOR EACH ROW "
            "WHEN (NEW.action = 'order.accepted') EXECUTE FUNCTION pg_temp.refuse()"
        )

    with pytest.raises(DatabaseError):
        deliver.accept(claim, "77", PLACED)

    assert state_of(claim) == ("sending", "sending")
    assert Grant.objects.get().closed_at is None


def test_the_right_to_a_call_with_two_orders_ends_with_the_second_acceptance(komet: Cast, call: Call) -> None:
    queued(komet, call)
    queued(komet, call)
    first, second = (deliver.mark_sending(claim) for claim in claim_all())

    deliver.accept(first, "77", PLACED)
    after_first = Grant.objects.get().closed_at
    deliver.accept(second, "78", PLACED)

    assert (after_first, Grant.objects.get().close_reason) == (None, "accepted")


def test_an_accepted_order_cannot_be_moved_again(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    Order.objects.update(state="accepted", number="77", accepted_at=NOW)

    with pytest.raises(ForbiddenMove):
        deliver.reject(claim, Rejected(code="1", phrase="No"), PLACED)


# --- other steps


def test_what_never_left_is_not_counted_as_sent(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    marked = Delivery.objects.get()
    deliver.send_later(claim, at=NOW, nothing_left=True, tried=PLACED)
    delivery = Delivery.objects.get()

    assert (marked.sends, marked.first_sent_at) == (1, claim.first_sent_at)
    assert (delivery.sends, delivery.first_sent_at, delivery.attempts) == (0, None, 1)
    assert state_of(claim) == ("queued", "pending")


def test_a_second_send_keeps_the_moment_of_the_first(komet: Cast, call: Call) -> None:
    first = deliver.mark_sending(claim_one(komet, call))
    deliver.look_later(first, at=NOW, searches=0, nothing_left=False, phrase="Checking", tried=PLACED)
    looked = claim_all()[0]
    deliver.send_later(looked, at=NOW, nothing_left=False, tried=PLACED)
    second = deliver.mark_sending(claim_all()[0])

    assert (looked.sending, second.sends, second.first_sent_at) == (False, 2, first.first_sent_at)
    assert list(Attempt.objects.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_the_operator_is_told_once_that_an_outcome_is_unknown(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    versions = [Seat.objects.get().version]
    for _ in range(2):
        deliver.look_later(claim, at=NOW, searches=0, nothing_left=False, phrase="Checking", tried=NOTHING_TRIED)
        versions.append(Seat.objects.get().version)
        claim = claim_all()[0]

    assert (versions[1] - versions[0], versions[2] - versions[1]) == (1, 0)
    assert Order.objects.get().phrase == "Checking"


def test_a_long_reason_is_cut_and_never_stops_the_delivery(komet: Cast, call: Call) -> None:
    claim = deliver.mark_sending(claim_one(komet, call))
    wordy = Try(purpose="place", started_at=NOW, outcome="unclear", code="c" * 99, reason="r" * 999)
    deliver.to_review(claim, phrase="p" * 999, why="unclear", tried=wordy)

    kept = Attempt.objects.get()
    assert (len(kept.code), len(kept.reason), len(Order.objects.get().phrase)) == (20, 200, 120)


def test_review_and_expiry_leave_their_trace(komet: Cast, call: Call) -> None:
    queued(komet, call)
    queued(komet, call)
    first, second = claim_all()
    deliver.to_review(first, phrase="Ask", why="several", tried=NOTHING_TRIED)
    deliver.expire(second, phrase="Late")

    assert (state_of(first), state_of(second)) == (("unknown", "review"), ("expired", "expired"))
    trail = AuditEntry.objects.filter(actor="delivery").order_by("seq").values_list("action", flat=True)
    assert list(trail) == ["order.review", "order.expired"]


def test_what_an_opened_claim_tells_of_earlier_tries(komet: Cast, call: Call) -> None:
    claim = claim_one(komet, call)
    for purpose, outcome in (("place", "not_sent"), ("place", "similar"), ("search", "none"), ("search", "none")):
        tried = Try(purpose=purpose, started_at=NOW, outcome=outcome)
        deliver.look_later(claim, at=NOW, searches=0, nothing_left=False, phrase="", tried=tried)
        claim = claim_all()[0]
    with unit(WORKER, claim=claim.token):
        opened = deliver.open_claim(claim)

    assert (opened.failures, opened.looks, opened.ends_seen, opened.similar_seen) == (1, 2, 1, True)
    assert opened.secret.get(OrderDetails).pickup == "Ленина 15"


# --- figures


def test_the_status_command_counts_from_the_tables(komet: Cast, call: Call) -> None:
    for _ in range(4):
        queued(komet, call, at=timezone.now() - timedelta(seconds=30))
    sent, checked, _held = claim_all(limit=3, now=timezone.now())
    deliver.to_review(sent, phrase="", why="several", tried=NOTHING_TRIED)
    deliver.look_later(checked, at=NOW, searches=0, nothing_left=False, phrase="", tried=NOTHING_TRIED)
    Delivery.objects.filter(pk=checked.delivery).update(found_by="poll")
    printed = StringIO()

    call_command("delivery_status", stdout=printed)

    figures = json.loads(printed.getvalue())
    age = figures.pop("oldest_due_s")
    assert figures == {"pending": 1, "sending": 1, "unknown": 1, "review": 1, "found_by_poll": 0.333}
    assert 0 <= age < 60
