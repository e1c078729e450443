"""A service with a dispatch program, and its rival."""

from collections.abc import Iterator

import pytest

from tests.integrations.delivery.program import Program, running
from tests.integrations.delivery.scene import connect
from tests.orders.cast import Cast, cast


@pytest.fixture
def program() -> Iterator[Program]:
    with running() as served:
        yield served


@pytest.fixture
def komet(transactional_db: None, program: Program) -> Cast:
    made = cast()
    connect(made, program.url)
    return made


@pytest.fixture
def rival_program() -> Iterator[Program]:
    with running() as served:
        yield served


@pytest.fixture
def luna(transactional_db: None, rival_program: Program) -> Cast:
    made = cast("Луна", number="+74951230011", extension="102")
    connect(made, rival_program.url)
    return made
