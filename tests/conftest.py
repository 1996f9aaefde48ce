"""What tests share: a register of their own, on the PostgreSQL that Mintmark brings."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import mintmark
from mintmark.store import embedded

RULE = "{type}-{region}-{registered:YYYYMMDD}-{seq:5}"
TABLES = {
    "type": {"V": ["VIP", "VIP客户"], "N": ["普通", "普通客户"], "P": ["潜在", "潜在客户"]},
    "region": {"BJ": ["北京", "北京市", "Beijing"], "SH": ["上海", "Shanghai"], "GZ": ["广州"]},
}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded server for the whole run; its conninfo."""
    with embedded.running(tmp_path_factory.mktemp("server")) as conninfo:
        yield conninfo
