"""Which dispatch programs there are."""

import pytest

from integrations.dispatch.registry import adapter, kinds


def test_every_folder_is_a_kind_and_its_adapter_bears_the_name() -> None:
    assert kinds() == ("hivetaxi", "taxicaller", "taximaster", "webhook")
    assert adapter("taximaster").kind == "taximaster"


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError,
        match=r"^'cabbie' is no kind of dispatch program: use one of hivetaxi, taxicaller, taximaster, webhook\.$",
    ):
        adapter("cabbie")
