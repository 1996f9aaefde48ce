"""Key rings that tests share."""

from datetime import UTC, datetime, timedelta

from mintmark.vault import SUITES, Key, KeyRing, Purpose

REGISTER = "4c0f3c2e-6a37-4a5b-9f57-0d9b6a3c8e11"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=365)
RINGS = {name: KeyRing.made(REGISTER, at=NOW, suite=suite) for name, suite in SUITES.items()}


def ring() -> KeyRing:
    return KeyRing.made(REGISTER, at=NOW)


def key_of(ring: KeyRing, purpose: Purpose, version: int) -> Key:
    [key] = [key for key in ring.keys if (key.purpose, key.version) == (purpose, version)]
    return key
