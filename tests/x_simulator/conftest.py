"""The simulator's own tests: one fresh simulator and one caller for each of them."""

from collections.abc import Iterator

import pytest

from tests.x_simulator import XSimulator
from tests.x_simulator.caller import Client


@pytest.fixture
def x() -> Iterator[XSimulator]:
    with XSimulator() as simulator:
        yield simulator


@pytest.fixture
def client(x: XSimulator) -> Iterator[Client]:
    caller = Client(x)
    yield caller
    caller.session.close()
