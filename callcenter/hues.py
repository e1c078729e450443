"""Which colour a service gets: services whose calls the same operators take must not look alike."""

from collections import Counter
from uuid import UUID

from django.utils import timezone

from callcenter.models import Clearance, TaxiService
from callcenter.models.service import HUES


def neighbours(service: UUID | None) -> list[TaxiService]:
    """Other services in use that share an operator with this one; for a new service, all of them."""
    others = TaxiService.objects.filter(active=True).order_by("name")
    if service is None:
        return list(others)
    others = others.exclude(pk=service)
    valid = Clearance.objects.filter(revoked_at__isnull=True, valid_until__gte=timezone.now().date())
    shared = valid.filter(service=service).values("person")
    return list(others.filter(pk__in=valid.filter(person__in=shared).values("service")))


def free_hues(service: UUID | None) -> list[str]:
    """Colours that no neighbour has, in the order of the palette."""
    taken = {other.hue for other in neighbours(service)}
    return [hue for hue in HUES if hue not in taken]


def best_hue(service: UUID | None) -> str:
    """A free colour, else the one that the fewest neighbours have."""
    counts = Counter(other.hue for other in neighbours(service))
    return min(HUES, key=lambda hue: (counts[hue], list(HUES).index(hue)))


def lookalike(service: TaxiService) -> TaxiService | None:
    """A neighbour of the same colour and monogram: operators would tell the two apart by the name alone."""
    alike = (service.hue, service.monogram.casefold())
    return next((item for item in neighbours(service.pk) if (item.hue, item.monogram.casefold()) == alike), None)
