"""A stand-in for HashiCorp Vault: the part of its HTTP API that a Transit key needs.

Statuses, bodies and wording of errors as Vault 1.x gives them: real AES-256-GCM, key versions,
``vault:v<version>:`` ciphertexts, policies by path, mounts, sealing, and a least version that it
still decrypts. Source: Vault API documentation, "Transit secrets engine" and "HTTP status codes".
"""

import base64
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from Crypto.Cipher import AES

_PATH = re.compile(r"/v1/(?P<mount>.+)/(?P<verb>encrypt|decrypt)/(?P<key>[^/]+)")
Answer = tuple[int, Any]


@dataclass
class Vault:
    """What the server holds; tests change it while it runs."""

    address: str = ""
    mount: str = "transit"
    tokens: set[str] = field(default_factory=lambda: {"hvs.CAESIJ-steward"})
    keys: dict[str, list[bytes]] = field(default_factory=lambda: {"mintmark": [os.urandom(32)]})
    least: int = 1  # min_decryption_version
    sealed: bool = False
    broken: Answer | None = None  # what a proxy before it answers instead
    asked: list[tuple[str, str]] = field(default_factory=list)  # paths and namespaces

    def rotate(self, key: str) -> None:
        self.keys[key].append(os.urandom(32))

    def answer(self, path: str, token: str, body: dict[str, str]) -> Answer:
        if self.broken:
            return self.broken
        if self.sealed:
            return _refused(503, "Vault is sealed")
        if token not in self.tokens:
            return _refused(403, "permission denied")
        found = _PATH.fullmatch(path)
        if not found or found["mount"] != self.mount:
            route = path.removeprefix("/v1/")
            return _refused(404, f'no handler for route "{route}". route entry not found.')
        versions = self.keys.get(found["key"])
        if versions is None:
            return _refused(400, "encryption key not found")
        return (_encrypted if found["verb"] == "encrypt" else self._decrypted)(versions, body)

    def _decrypted(self, versions: list[bytes], body: dict[str, str]) -> Answer:
        found = re.fullmatch(r"vault:v(\d+):(.+)", body["ciphertext"])
        if not found:
            return _refused(400, "invalid ciphertext: no prefix")
        version = int(found[1])
        if version < self.least:
            return _refused(
                400, "ciphertext or signature version is disallowed by policy (too old)"
            )
        if version > len(versions):
            return _refused(400, "invalid ciphertext: version is too new")
        raw = base64.b64decode(found[2])
        cipher = AES.new(versions[version - 1], AES.MODE_GCM, nonce=raw[:12])
        try:
            plain = cipher.decrypt_and_verify(raw[12:-16], raw[-16:])
        except ValueError:
            return _refused(400, "cipher: message authentication failed")
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


def _encrypted(versions: list[bytes], body: dict[str, str]) -> Answer:
    nonce = os.urandom(12)
    cipher = AES.new(versions[-1], AES.MODE_GCM, nonce=nonce)
    hidden = b"".join(cipher.encrypt_and_digest(base64.b64decode(body["plaintext"])))
    version = len(versions)
    ciphertext = f"vault:v{version}:{base64.b64encode(nonce + hidden).decode()}"
    return 200, {"data": {"ciphertext": ciphertext, "key_version": version}}


def _refused(status: int, *errors: str) -> Answer:
    return status, {"errors": list(errors)}


@contextmanager
def running() -> Iterator[Vault]:
    """Serve a Vault on a port of loopback."""
    vault = Vault()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            vault.asked.append((self.path, self.headers.get("X-Vault-Namespace", "")))
            status, answer = vault.answer(self.path, self.headers.get("X-Vault-Token", ""), body)
            text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        vault.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield vault
        finally:
            server.shutdown()
            thread.join()
