"""One service with one contract, for most tests of billing."""

import pytest

from billing.models import Contract
from tests.billing.cast import make_contract


@pytest.fixture
def contract(db: None) -> Contract:
    """A Moscow service that pays per order."""
    return make_contract()
