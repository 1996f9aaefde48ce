"""Keys wrapped by HashiCorp Vault's Transit engine, against a stand-in of its HTTP API."""

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import transit
from tests.keys import LATER, REGISTER, ring
from tests.transit import Vault

from mintmark.errors import (
    KeyServiceRefused,
    KeyServiceUnreachable,
    NotInstalled,
    OtherKeyService,
    WrongKey,
    WrongSetting,
)
from mintmark.vault import FileSource, chosen
from mintmark.vault.key import Secret
from mintmark.vault.transit import Transit

TOKEN = "hvs.CAESIJ-steward"  # noqa: S105 - of the stand-in
NAME = "vault://transit/mintmark"
SECRET = bytes(range(32))


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
    with transit.running() as running:
        yield running


@pytest.fixture
def service(vault: Vault) -> Transit:
    return Transit(NAME, address=vault.address, token=TOKEN)


def test_a_secret_comes_back_as_it_was_wrapped(service: Transit) -> None:
    wrapped, again = service.wrap(SECRET), service.wrap(SECRET)
    assert wrapped.startswith("vault:v1:")
    assert wrapped != again
    assert service.unwrap(wrapped) == service.unwrap(again) == SECRET


def test_the_file_holds_no_secret_that_vault_did_not_wrap(
    service: Transit, vault: Vault, tmp_path: Path
) -> None:
    source, keys = FileSource(tmp_path / "keys.json", service), ring()
    source.create(keys)
    text = (tmp_path / "keys.json").read_text()
    document = json.loads(text)
    assert document["service"] == NAME
    assert all(entry["secret"].startswith("vault:v1:") for entry in document["keys"])
    assert TOKEN not in text
    asked = len(vault.asked)
    opened = source.read(REGISTER)
    assert opened == keys
    assert len(vault.asked) - asked == len(keys.keys)
    opened.seal([(row, b"facts") for row in range(100)], table="customer", column="facts")
    assert len(vault.asked) - asked == len(keys.keys)  # nothing is asked for a customer


def test_after_vaults_key_was_rotated_any_change_wraps_the_ring_anew(
    service: Transit, vault: Vault, tmp_path: Path
) -> None:
    source, keys = FileSource(tmp_path / "keys.json", service), ring()
    source.create(keys)
    vault.rotate("mintmark")
    assert source.read(REGISTER) == keys
    source.change(REGISTER, lambda there: there.add("wrapping", at=LATER))
    assert "vault:v1:" not in (tmp_path / "keys.json").read_text()
    vault.least = 2
    assert source.read(REGISTER).wrapping_version == 2


def test_a_key_that_vault_no_longer_decrypts_is_refused(
    service: Transit, vault: Vault, tmp_path: Path
) -> None:
    source = FileSource(tmp_path / "keys.json", service)
    source.create(ring())
    vault.rotate("mintmark")
    vault.least = 2
    with pytest.raises(KeyServiceRefused, match="too old"):
        source.read(REGISTER)


def test_secrets_of_two_keys_that_changed_places_are_found_out(
    service: Transit, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    source = FileSource(path, service)
    source.create(ring())
    document = json.loads(path.read_text())
    one, other = document["keys"]
    one["secret"], other["secret"] = other["secret"], one["secret"]
    path.write_text(json.dumps(document))
    with pytest.raises(WrongKey) as refused:
        source.read(REGISTER)
    assert refused.value.key == one["id"]


def _seals_itself(vault: Vault) -> None:
    vault.sealed = True


def _forgets_the_token(vault: Vault) -> None:
    vault.tokens.clear()


def _moves_the_mount(vault: Vault) -> None:
    vault.mount = "elsewhere"


def _loses_the_key(vault: Vault) -> None:
    vault.keys.clear()


def _has_another_key(vault: Vault) -> None:
    vault.keys["mintmark"] = [bytes(32)]


def _is_overrun(vault: Vault) -> None:
    vault.broken = (
        429,
        {"errors": ['request path "transit/decrypt/mintmark": rate limit quota exceeded']},
    )


def _fails(vault: Vault) -> None:
    vault.broken = (500, {"errors": ["1 error occurred: internal error"]})


def _is_behind_a_page(vault: Vault) -> None:
    vault.broken = (200, b"<html>please sign in</html>")


def _answers_something_else(vault: Vault) -> None:
    vault.broken = (200, {"data": None})


REFUSED, UNREACHABLE = KeyServiceRefused, KeyServiceUnreachable


@pytest.mark.parametrize(
    ("happens", "kind", "reason"),
    [
        (_seals_itself, UNREACHABLE, "Vault is sealed"),
        (_is_overrun, UNREACHABLE, "rate limit"),
        (_fails, UNREACHABLE, "internal error"),
        (_is_behind_a_page, UNREACHABLE, "HTTP 200"),
        (_answers_something_else, UNREACHABLE, "HTTP 200"),
        (_forgets_the_token, REFUSED, "permission denied"),
        (_moves_the_mount, REFUSED, "route entry not found"),
        (_loses_the_key, REFUSED, "encryption key not found"),
        (_has_another_key, REFUSED, "message authentication failed"),
    ],
)
def test_it_is_said_why_vault_does_not_unwrap(
    happens: Callable[[Vault], None],
    kind: type[KeyServiceRefused | KeyServiceUnreachable],
    reason: str,
    service: Transit,
    vault: Vault,
) -> None:
    wrapped = service.wrap(SECRET)
    happens(vault)
    with pytest.raises(kind) as refused:
        service.unwrap(wrapped)
    facts = refused.value.facts()
    assert facts["service"] == NAME
    assert reason in str(facts["reason"])


def test_nobody_at_the_address_is_said_to_be_unreachable(vault: Vault) -> None:
    nobody = Transit(NAME, address="http://127.0.0.1:1", token=TOKEN)
    assert vault.address
    with pytest.raises(KeyServiceUnreachable, match=r"127\.0\.0\.1"):
        nobody.wrap(SECRET)


def test_the_token_is_in_no_refusal(vault: Vault) -> None:
    said = ""
    vault.broken = (400, {"errors": [f"who is {TOKEN}?"]})  # even if Vault itself says it
    addresses = (vault.address, f"http://127.0.0.1:1/{TOKEN}")
    for address in addresses:
        with pytest.raises((KeyServiceRefused, KeyServiceUnreachable)) as refused:
            Transit(NAME, address=address, token=TOKEN).wrap(SECRET)
        said += "".join(traceback.format_exception(refused.value))
        assert refused.value.__context__ is None
        assert "***" in str(refused.value)
    assert TOKEN not in said
    assert TOKEN not in repr(Transit(NAME, token=TOKEN))


def test_address_token_and_namespace_are_taken_from_the_environment(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("VAULT_NAMESPACE", "sales/east")
    vault.mount = "teams/crm/transit"
    name = "vault://teams/crm/transit/mintmark"
    source = chosen(tmp_path / "keys.json", key_service=name, environ={})
    source.create(ring())
    assert source.read(REGISTER).wrapping_version == 1
    asked = ("/v1/teams/crm/transit/encrypt/mintmark", "sales/east")
    assert vault.asked[0] == asked


def test_a_ring_is_not_read_past_the_service_that_wrapped_it(
    service: Transit, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    FileSource(path, service).create(ring())
    with pytest.raises(OtherKeyService) as refused:
        FileSource(path).read(REGISTER)
    assert refused.value.facts() == {"place": str(path), "service": NAME, "given": None}


@pytest.mark.parametrize(
    "name", ["vault://transit", "vault://", "https://transit/mintmark", "mintmark", "vault://a//b"]
)
def test_a_setting_that_names_no_key_is_refused(name: str) -> None:
    with pytest.raises(WrongSetting):
        Transit(name)


def test_without_hvac_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hvac", None)
    with pytest.raises(NotInstalled) as refused:
        Transit(NAME).wrap(SECRET)
    assert refused.value.facts() == {"package": "hvac", "extra": "vault"}


def test_what_is_not_a_secret_of_a_key_is_not_taken_for_one(
    service: Transit, tmp_path: Path
) -> None:
    assert Secret(SECRET) == Secret(bytes(range(32)))
    assert Secret(SECRET) != Secret(bytes(32))
    path = tmp_path / "keys.json"
    source = FileSource(path, service)
    source.create(ring())
    document = json.loads(path.read_text())
    document["keys"][0]["secret"] = service.wrap(SECRET)
    path.write_text(json.dumps(document))
    with pytest.raises(WrongKey):
        source.read(REGISTER)
