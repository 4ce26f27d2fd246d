"""A time-stamp authority on loopback: certificates and answers are made by ``openssl``."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SETTINGS = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = tsa_own
[tsa_own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(slots=True)
class Authority:
    """Where it is asked, the certificate to trust, and what it does instead of answering."""

    url: str
    root: Path
    instead: dict[str, bytes | int] = field(default_factory=dict)


@contextmanager
def running_authority(folder: Path) -> Iterator[Authority]:
    """Answer requests for time-stamps until the end of the block."""
    folder.mkdir()
    _make_certificates(folder)
    instead: dict[str, bytes | int] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = instead.get("body")
            answer = body if isinstance(body, bytes) else _answer(folder, query)
            status = instead.get("status")
            self.send_response(status if isinstance(status, int) else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield Authority(f"http://127.0.0.1:{server.server_address[1]}/tsr", folder / "root.pem", instead)
    finally:
        server.shutdown()
        server.server_close()


def _make_certificates(folder: Path) -> None:
    settings = folder / "settings"
    for name in ("root", "leaf"):
        settings.write_text(_SETTINGS.format(name=f"Atlantis {name}", folder=folder), encoding="utf-8")
        new = (
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-config",
            settings,
            "-keyout",
            folder / f"{name}.key",
        )
        _openssl(*new, "-out", folder / f"{name}.csr")
        signed = (
            ("-signkey", folder / "root.key")
            if name == "root"
            else ("-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial")
        )
        _openssl(
            "x509", "-req", "-in", folder / f"{name}.csr", *signed, "-days", "3650",
            "-extfile", settings, "-extensions", name, "-out", folder / f"{name}.pem",
        )  # fmt: skip
    (folder / "serial").write_text("01\n")


def _answer(folder: Path, query: bytes) -> bytes:
    (folder / "query").write_bytes(query)
    _openssl(
        "ts", "-reply", "-config", folder / "settings", "-section", "tsa_own",
        "-queryfile", folder / "query", "-out", folder / "reply",
    )  # fmt: skip
    return (folder / "reply").read_bytes()


def _openssl(*arguments: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
