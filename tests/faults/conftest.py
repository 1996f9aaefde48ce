"""A server, a proxy and workers of this folder's own: others' must not suffer with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import scenes, server
from tests.faults.crew import Crew
from tests.faults.proxy import Proxy
from tests.faults.scenes import Scene, Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with (
        Crew(spare=1) as crew,
        server.running(folder) as suffering,
        Proxy(suffering.socket) as proxy,
    ):
        yield Stage(suffering, proxy, crew)


@pytest.fixture
def scene(stage: Stage, tmp_path: Path) -> Iterator[Scene]:
    with scenes.beginning(stage, tmp_path) as begun:
        yield begun
