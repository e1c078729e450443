"""Staff, a service, a simulated Taxi-Master server."""

from collections.abc import Iterator

import pytest

from callcenter.models import TaxiService
from callcenter.secrets import vault
from tests.factories import Centre, make_centre
from tests.integrations.simulators.taximaster_box import Box, simulated


@pytest.fixture(autouse=True)
def _no_key_of_an_earlier_test() -> None:
    vault.cache.clear()


@pytest.fixture
def staff(db: None) -> Centre:
    return make_centre()


@pytest.fixture(scope="module")
def tm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with simulated(tmp_path_factory.mktemp("taximaster")) as box:
        yield box


@pytest.fixture
def service(db: None) -> TaxiService:
    return TaxiService.objects.create(name="Комета", monogram="К", hue="teal", greeting="Такси")
