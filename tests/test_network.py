from __future__ import annotations

import random
import socket
import ssl
import subprocess
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

import h2.config
import h2.connection
import h2.events
import pytest

from tests.clocks import Warp
from tests.fault_server import answer, running
from tests.faults import KNOWN, PAGE, PATH
from tracker.capture.causes import FetchFault
from tracker.capture.web.fetch import fetch, open_client
from tracker.capture.web.network import is_public, resolve
from tracker.inputs.compiled import read_packaged
from tracker.model.watching import Fetched, FetchFailed, Source, WatchSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fault_server import Request

    Network = IPv4Network | IPv6Network

_WRONG_FRAME = b"\x00\x00\x06\x04\x00\x00\x00\x00\x01" + bytes(6)
"""Settings of one stream, where HTTP/2 has them for the connection alone."""

_OK = answer(body=PAGE, headers="Content-Type: text/html\r\n")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to be refused
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::808:808", False),
        ("192.0.0.192", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("100.100.100.200", False),
        ("fd20:ce::254", False),
        ("::ffff:168.63.129.16", False),
        ("64:ff9b::a83f:8110", False),
        ("2002:a83f:8110::", False),
        ("2002:808:808::", True),
        ("2001:0:808:808::f7f7:f7f7", True),
        ("2001:0:808:808::5601:5601", False),  # the client's address is written inverted: 169.254.169.254
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("::127.0.0.1", False),
    ],
)
def test_which_addresses_are_on_the_open_internet(address: str, *, public: bool) -> None:
    assert is_public(address) is public


RANGES = {
    ip_network(written): table
    for table, ranges in read_packaged("tracker.capture.web", "special_addresses.toml").items()
    for written in ranges
}
OTHERWISE = {
    ip_network(written): why
    for written, why in {
        "192.0.0.0/24": "two addresses in it are reachable, and older Pythons know fewer of the others",
        "192.88.99.0/24": "Python knows no relay of 6to4",
        "168.63.129.16/32": "it is Microsoft's, and public elsewhere",
        "224.0.0.0/4": "Python takes groups of multicast for hosts",
        "::/3": "Python names what is assigned, and calls all else reachable",
        "4000::/2": "as above",
        "8000::/1": "as above",
        "2001::/23": "parts of it are reachable, and Teredo is judged by what it holds",
        "2002::/16": "6to4 is judged by what it holds",
        "3fff::/20": "older Pythons do not know it",
    }.items()
}
"""Where our answer may be another than Python's, and why."""


@pytest.mark.parametrize("network", RANGES, ids=str)
def test_no_address_of_a_special_range_is_public_from_its_first_to_its_last(network: Network) -> None:
    first, last = network[0], network[-1]
    assert not is_public(str(first))
    assert not is_public(str(last))
    for beside in (int(first) - 1, int(last) + 1):
        if 0 <= beside < 2**network.max_prefixlen:
            check_beside(type(first)(beside))


def check_beside(address: IPv4Address | IPv6Address) -> None:
    """An address beside a range is public where no other range has it, and where Python says so."""
    is_within = any(address in network for network in RANGES)
    assert is_public(str(address)) is not is_within or is_translated(address)
    if not any(address in network for network in OTHERWISE):
        assert is_public(str(address)) is address.is_global


def is_translated(address: IPv4Address | IPv6Address) -> bool:
    return any(address in ip_network(held) for held in ("::ffff:0:0/96", "64:ff9b::/96", "2001::/32"))


def test_most_addresses_are_public_or_not_as_this_python_says_too() -> None:
    chance = random.Random(3)  # noqa: S311 - the same addresses every time
    drawn: list[IPv4Address | IPv6Address] = [IPv4Address(chance.getrandbits(32)) for _ in range(20_000)]
    drawn += [network[chance.randrange(network.num_addresses)] for network in RANGES for _ in range(50)]
    drawn += [IPv6Address(1 << 125 | chance.getrandbits(125)) for _ in range(5_000)]
    compared = [each for each in drawn if not any(each in network for network in OTHERWISE)]
    assert len(compared) > 20_000
    assert [each for each in compared if is_public(str(each)) is not each.is_global] == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "::1"]
)
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(FetchFault, match="private address"):
        resolve(host, 80, (), 5)


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("127.0.0.1", True),
        ("10.0.0.1", True),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
        ("100.100.100.200", False),
        ("100.100.100.201", True),
        ("fd00:ec2::254", False),
        ("fd00::254", True),
        ("64:ff9b::a83f:8110", False),
    ],
)
def test_nobody_is_led_to_allow_an_address_where_clouds_keep_secrets(host: str, *, hint: bool) -> None:
    with pytest.raises(FetchFault, match="is not public") as refused:
        resolve(host, 80, (), 5)
    assert ("allow_private" in str(refused.value.detail)) is hint


@pytest.mark.parametrize(
    ("allowed", "port", "may"),
    [
        (("127.0.0.1",), 80, True),
        (("127.0.0.1:80",), 80, True),
        (("127.0.0.1:80",), 81, False),
        (("127.0.0.2",), 80, False),
        ((), 80, False),
    ],
)
def test_a_private_host_may_be_allowed_with_its_port_or_without(
    allowed: tuple[str, ...], port: int, *, may: bool
) -> None:
    if may:
        assert resolve("127.0.0.1", port, allowed, 5) == ("127.0.0.1",)
    else:
        with pytest.raises(FetchFault):
            resolve("127.0.0.1", port, allowed, 5)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    with pytest.raises(FetchFault, match=r"10\.0\.0\.1"):
        resolve("two.example.org", 80, (), 5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_request_reaches_a_private_host_that_is_not_allowed(host: str, tmp_path: Path) -> None:
    with (
        running({PATH: _OK, "/robots.txt": _OK}) as server,
        open_client(WatchSettings(pace=0), release="0.1", clock=Warp().clock()) as client,
    ):
        result = fetch(Source("one", f"http://{host}:{server.port}{PATH}"), client, folder=tmp_path)
        asked = [*server.asked(PATH), *server.asked("/robots.txt")]
    assert isinstance(result, FetchFailed)
    assert result.cause == "private address"
    assert asked == []


def test_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A name that resolves elsewhere the second time: there is no second time."""
    genuine = socket.getaddrinfo
    names: list[str] = []

    def rebind(host: str, *given: object, **named: object) -> object:
        if host != "rebind.example.org":
            return genuine(host, *given, **named)  # type: ignore[arg-type]
        names.append(host)
        return genuine("127.0.0.1" if len(names) == 1 else "127.0.0.2", *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    with running({PATH: _OK}) as server:
        address = f"http://rebind.example.org:{server.port}{PATH}"
        settings = WatchSettings(pace=0, allow_private=(f"rebind.example.org:{server.port}",))
        with open_client(settings, release="0.1", clock=Warp().clock()) as client:
            result = fetch(Source("one", address), client, folder=tmp_path)
    assert isinstance(result, Fetched), result
    sent = server.asked(PATH)[0].headers
    assert names == ["rebind.example.org"]
    assert sent["host"] == f"rebind.example.org:{server.port}"


def test_an_ipv6_address(tmp_path: Path) -> None:
    with running({PATH: _OK}, "::1") as server:
        settings = WatchSettings(pace=0, allow_private=(server.host,))
        with open_client(settings, release="0.1", clock=Warp().clock()) as client:
            result = fetch(Source("one", server.url(PATH)), client, folder=tmp_path)
    assert isinstance(result, Fetched), result


# ---------------------------------------------------------------------------------------------------
# TLS and HTTP/2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 and right.example.org, signed by itself; key and all in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:right.example.org",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


def _server_context(certificate: Path, *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def _fetch_securely(
    address: str, trusted: Path | None, folder: Path, allowed: str = "127.0.0.1"
) -> Fetched | FetchFailed:
    trust = ssl.create_default_context(cafile=str(trusted / "cert.pem")) if trusted else None
    settings = WatchSettings(pace=0, timeout=5, allow_private=(allowed, "127.0.0.2"))
    with open_client(settings, release="0.1", clock=Warp().clock(), ssl_context=trust) as client:
        return fetch(Source("one", address), client, folder=folder, validators=KNOWN)


def test_a_certificate_that_nobody_vouches_for(certificate: Path, tmp_path: Path) -> None:
    with running({PATH: _OK}, context=_server_context(certificate)) as server:
        result = _fetch_securely(server.url(PATH), None, tmp_path)
    assert isinstance(result, FetchFailed)
    assert (result.cause, server.requests) == ("tls", [])


def test_the_environment_names_who_vouches_for_certificates(
    certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with running({PATH: _OK}, context=_server_context(certificate)) as server:
        result = _fetch_securely(server.url(PATH), None, tmp_path)
    assert isinstance(result, Fetched), result


def test_a_certificate_of_another_host(certificate: Path, tmp_path: Path) -> None:
    with running({PATH: _OK}, "127.0.0.2", _server_context(certificate)) as server:
        result = _fetch_securely(server.url(PATH), certificate, tmp_path)
    assert isinstance(result, FetchFailed)
    assert result.cause == "tls"
    assert "127.0.0.2" in result.detail


def test_tls_is_spoken_with_the_name_and_not_with_the_address(
    certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *given, **named: genuine(
            "127.0.0.1" if host == "right.example.org" else host, *given, **named
        ),
    )
    asked: list[str | None] = []
    context = _server_context(certificate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with running({PATH: _OK}, context=context) as server:
        address = f"https://right.example.org:{server.port}{PATH}"
        result = _fetch_securely(address, certificate, tmp_path, "right.example.org")
        host = server.asked(PATH)[0].headers["host"]
    assert isinstance(result, Fetched), result
    assert set(asked) == {"right.example.org"}
    assert host == f"right.example.org:{server.port}"


def test_plain_http_where_tls_is_expected(tmp_path: Path) -> None:
    with running({PATH: _OK}) as server:
        result = _fetch_securely(server.url(PATH).replace("http:", "https:"), None, tmp_path)
    assert isinstance(result, FetchFailed)
    assert result.cause == "tls"


@pytest.mark.parametrize(
    ("ending", "cause"),
    [("whole", ""), ("unchanged", ""), ("cut", "reset"), ("short", "malformed"), ("garbage", "malformed")],
)
def test_http_2_is_spoken_where_the_server_does(
    certificate: Path, tmp_path: Path, ending: str, cause: str
) -> None:
    def never(_connection: socket.socket, _request: Request) -> object:
        raise AssertionError("this server speaks HTTP/2")

    context = _server_context(certificate, "h2")
    with running({PATH: never}, context=context) as server:
        server.speak = lambda connection: _speak_http_2(connection, ending)
        result = _fetch_securely(server.url(PATH), certificate, tmp_path)
    if cause:
        assert isinstance(result, FetchFailed)
        assert result.cause == cause, result
    else:
        assert isinstance(result, Fetched), result
        assert result.data == (None if ending == "unchanged" else PAGE)


def _speak_http_2(connection: socket.socket, ending: str) -> None:
    """Answer 404 for robots.txt, and a page for anything else: whole, cut off, or shorter than announced."""
    speech = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    speech.initiate_connection()
    connection.sendall(speech.data_to_send())
    with suppress(OSError):
        while data := connection.recv(65536):
            for event in speech.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path = dict(event.headers or ())[b":path"]
                    if not _answer_http_2(speech, event.stream_id or 0, path, ending):
                        connection.sendall(speech.data_to_send())
                        connection.sendall(_WRONG_FRAME if ending == "garbage" else b"")
                        return
            connection.sendall(speech.data_to_send())


def _answer_http_2(speech: h2.connection.H2Connection, stream: int, path: bytes, ending: str) -> bool:
    if path == b"/robots.txt":
        speech.send_headers(stream, [(":status", "404")], end_stream=True)
        return True
    if ending == "unchanged":
        speech.send_headers(stream, [(":status", "304")], end_stream=True)
        return True
    announced = len(PAGE) + (100 if ending == "short" else 0)
    speech.send_headers(stream, [(":status", "200"), ("content-length", str(announced))])
    is_whole = ending not in {"cut", "garbage"}
    speech.send_data(stream, PAGE if is_whole else PAGE[:20], end_stream=is_whole)
    return is_whole
