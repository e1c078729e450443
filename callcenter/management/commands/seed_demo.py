"""`manage.py seed_demo`: two rival services, their lines, people and connections, to try the product with. Safe to run
again.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from typing_extensions import override

from billing.models import Contract, Seller
from callcenter.models import (
    Clearance,
    Credential,
    Line,
    Notice,
    Person,
    Scenario,
    TaxiService,
    Wish,
    Workplace,
)
from integrations.models import Connection, Exchange
from integrations.secrets import ConnectionKey


@dataclass(frozen=True, slots=True)
class DemoService:
    """One of the two rivals."""

    slug: str
    name: str
    monogram: str
    hue: str
    greeting: str
    full_line: str
    night_line: str
    tariff: str
    series: str
    settings: Mapping[str, Any]
    wishes: Mapping[str, str]
    notice: str = ""


SERVICES = (
    DemoService("komet", "Такси «Комета»", "К", "teal", "«Такси «Комета», здравствуйте! Откуда поедем?»",
    "+74951230001", "+74951230002",
                "PACKAGE-1000", "КМ", {"city": "Светлоярск", "recent_days": 30},
                {"11": "Детское кресло", "12": "С животным", "13": "Багаж", "14": "Некурящий водитель"}),
    DemoService("luna", "Такси «Луна»", "Л", "violet", "«Такси «Луна», добрый день! Куда подать машину?»",
    "+74951230011", "+74951230012",
                "PER-ORDER-B", "ЛН", {"city": "Камнегорск", "tariff_id": 4},
                {"25": "С животным", "21": "Кресло до 18 кг", "22": "Бустер", "23": "Универсал", "26": "Оплата картой",
                 "24": "Помощь с вещами"},
                "Снегопад: подача 15–20 минут, предупреждайте пассажира сразу."),
)  # fmt: skip
OPERATORS = (("anna", "Анна С.", "101"), ("boris", "Борис К.", "102"))
STAFF = (
    ("vera", "Вера, старшая смены", "supervisor"),
    ("nina", "Нина, бухгалтер", "accountant"),
    ("admin", "Администратор", "admin"),
)
EXCHANGE = "demo-pbx"


class Command(BaseCommand):
    help = "Fill the database with two rival demo services; prints the logins as JSON."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", required=True, help="password of every demo login")
        parser.add_argument("--exchange-secret", required=True, help="key with which the simulated exchange signs")
        parser.add_argument("--operators", type=int, default=len(OPERATORS), help="how many operators to create")
        parser.add_argument(
            "--dispatch",
            action="append",
            default=[],
            metavar="SLUG=URL,SECRET,FINGERPRINT_FILE",
            help="the simulated dispatch program of a service; once per service",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        programs = dict(_program(text) for text in options["dispatch"])
        with transaction.atomic(), transaction.atomic(using="keys"):
            services = [_service(demo) for demo in SERVICES]
            for demo, service in zip(SERVICES, services, strict=True):
                _contract(demo, service)
                _told_to_operators(demo, service)
                if demo.slug in programs:
                    _connection(service, demo.settings, *programs[demo.slug])
            people = [_operator(position, services) for position in range(options["operators"])]
            people += [_manager(demo, service) for demo, service in zip(SERVICES, services, strict=True)]
            people += [_staff(*known) for known in STAFF]
            hashed = make_password(options["password"])
            for person in people:
                Credential.objects.update_or_create(person=person, defaults={"password": hashed})
            _exchange(options["exchange_secret"])
            _seller()
        logins = [_login(person, options["password"]) for person in people]
        self.stdout.write(json.dumps(logins, ensure_ascii=False))


def _program(text: str) -> tuple[str, tuple[str, str, str]]:
    slug, _, rest = text.partition("=")
    parts = rest.split(",")
    if len(parts) != 3:
        raise CommandError(f"--dispatch {text!r}: write SLUG=URL,SECRET,FINGERPRINT_FILE.")
    return slug, (parts[0], parts[1], parts[2])


def _service(demo: DemoService) -> TaxiService:
    service, _ = TaxiService.objects.update_or_create(
        name=demo.name, defaults={"monogram": demo.monogram, "hue": demo.hue, "greeting": demo.greeting}
    )
    full, _ = Scenario.objects.get_or_create(service=service, kind="full")
    night, _ = Scenario.objects.get_or_create(
        service=service, kind="night", defaults={"starts": time(21), "ends": time(8), "priority": 1}
    )
    Line.objects.get_or_create(number=demo.full_line, defaults={"service": service, "scenario": full})
    Line.objects.get_or_create(number=demo.night_line, defaults={"service": service, "scenario": night})
    return service


def _contract(demo: DemoService, service: TaxiService) -> None:
    first = timezone.now().date().replace(day=1) - timedelta(days=1)
    Contract.objects.get_or_create(
        service=service,
        defaults={
            "number": f"{demo.series}-1",
            "series": demo.series,
            "tariff_code": demo.tariff,
            "starts_on": first.replace(day=1),
        },
    )


def _told_to_operators(demo: DemoService, service: TaxiService) -> None:
    """The wishes by digits, and a notice for the rest of the day."""
    for digit, (code, title) in enumerate(demo.wishes.items(), start=1):
        Wish.objects.update_or_create(service=service, digit=digit, defaults={"code": code, "title": title})
    now = timezone.now()
    if demo.notice:
        Notice.objects.update_or_create(
            service=service, text=demo.notice, defaults={"starts_at": now, "ends_at": now + timedelta(hours=12)}
        )


def _connection(
    service: TaxiService, settings: Mapping[str, Any], url: str, secret: str, fingerprint_file: str
) -> None:
    fingerprint = Path(fingerprint_file).read_text(encoding="ascii").strip().replace(":", "").lower()
    connection = Connection.objects.filter(service=service, active=True).first() or Connection(
        service=service, kind="taximaster"
    )
    connection.base_url, connection.fingerprint, connection.private_allowed = url, fingerprint, True
    connection.stored = {"time_zone": service.time_zone, "phone_format": "8", **settings}
    connection.put_key(ConnectionKey(secret=secret))
    connection.save()


def _operator(position: int, services: list[TaxiService]) -> Person:
    login, name, extension = OPERATORS[position] if position < len(OPERATORS) else _extra(position)
    place, _ = Workplace.objects.get_or_create(extension=extension, defaults={"name": extension})
    person, _ = Person.objects.update_or_create(
        login=login, defaults={"name": name, "job": "operator", "usual_workplace": place}
    )
    today = timezone.now().date()
    for service in services:
        Clearance.objects.get_or_create(service=service, person=person, defaults=_clearance(today))
    return person


def _manager(demo: DemoService, service: TaxiService) -> Person:
    defaults = {"name": f"Управляющий {demo.name}", "job": "manager", "service": service}
    return Person.objects.update_or_create(login=demo.slug, defaults=defaults)[0]


def _staff(login: str, name: str, job: str) -> Person:
    return Person.objects.update_or_create(login=login, defaults={"name": name, "job": job})[0]


def _login(person: Person, password: str) -> dict[str, str]:
    place = f", workplace {person.usual_workplace.extension}" if person.usual_workplace else ""
    of = f" of {person.service.name}" if person.service else ""
    return {"who": f"{person.job}{of}{place}", "login": person.login, "password": password, "job": person.job}


def _extra(position: int) -> tuple[str, str, str]:
    return f"operator{position + 1}", f"Оператор {position + 1}", str(101 + position)


def _clearance(today: date) -> dict[str, Any]:
    return {
        "nda_signed_on": today,
        "trained_on": today,
        "valid_from": today - timedelta(days=1),
        "valid_until": today + timedelta(days=180),
    }


def _seller() -> None:
    """Requisites with right control digits that belong to nobody."""
    Seller.objects.get_or_create(
        since=date(2026, 1, 1),
        defaults={
            "name": "ООО «Контакт-центр “Пример”»", "inn": "7700000009", "kpp": "770001001", "bik": "044525000",
            "address": "101000, г. Москва, ул. Примерная, д. 1", "bank": "АО «Банк Пример»",
            "account": "40702810900000000001", "correspondent": "30101810100000000000",
            "director": "А. А. Примеров", "accountant": "Б. Б. Примерова",
        },
    )  # fmt: skip


def _exchange(secret: str) -> None:
    exchange = Exchange.objects.filter(name=EXCHANGE).first() or Exchange(name=EXCHANGE)
    exchange.put_keys([secret])
    exchange.save()
