"""A client that could give a key away, or wait for ever, is not made."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authz.client import (
    Client,
    RefusedError,
    SettingsError,
    Timeouts,
    UnavailableError,
)
from tests.authz.client.service import ALLOW, KEY, SHORT, Says, Service, http


@pytest.mark.parametrize(
    "url",
    [
        "",
        "delega.example",
        "ftp://delega.example",
        "https://",
        "https://delega.example/?x=1",
        "https://delega.example/#x",
        "https://delega.example/?",
        "https://user:word@delega.example",
        "https://delega.example:port",
        "https://delega.example:99999",
        "https://delega.example/a b",
        "https://delega.example/\r\nX: y",
        "https://delega.example/%2e",
        "https://delega_example!",
        "https://perchè.example",
    ],
)
def test_what_is_no_base_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Client(url, KEY)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://delega.example", "'delega.example'"),
        ("https://delega.example:443/", "'delega.example'"),
        ("https://delega.example:8443/pdp", "'delega.example:8443'"),
        ("https://[2001:db8::1]:8443", "'[2001:db8::1]:8443'"),
        ("http://[::1]", "'[::1]'"),
        ("http://127.0.0.1:8000", "'127.0.0.1:8000'"),
        ("http://localhost:80", "'localhost'"),
    ],
)
def test_a_client_shows_where_it_asks(url: str, shown: str) -> None:
    assert shown in repr(Client(url, KEY))


def test_a_key_goes_over_http_only_at_home_or_where_it_is_said() -> None:
    for url in ("http://delega.example", "http://10.0.0.1", "http://127.0.0.1.example"):
        with pytest.raises(SettingsError, match="https"):
            Client(url, KEY)
    assert Client("http://delega.example", KEY, plain_http=True)


@pytest.mark.parametrize("key", ["two words", "a\r\nX: y", "é", "x" * 2000])
def test_a_key_is_one_line(key: str) -> None:
    with pytest.raises(SettingsError) as error:
        Client("https://delega.example", key)
    assert key not in str(error.value)


@pytest.mark.parametrize(
    ("key", "said"), [("", "the key is empty: leave it out"), (b"k", "not bytes")]
)
def test_what_is_no_key_at_all_is_told(key: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Client("https://delega.example", key)


def test_without_a_key_none_is_sent(service: Service) -> None:
    service.script += [ALLOW, http({"detail": "no key"}, status=401)]
    with Client(service.url, timeout=SHORT) as client:
        assert client.allowed("ann", "read", "memo")
        with pytest.raises(RefusedError, match="401: no key"):
            client.decide("ann", "read", "memo")
    assert all("Authorization" not in seen.headers for seen in service.seen)


@pytest.mark.parametrize("seconds", [0, -1, 3600, float("nan"), float("inf")])
def test_nobody_waits_for_ever(seconds: float) -> None:
    with pytest.raises(SettingsError, match="timeout"):
        Client("https://delega.example", KEY, timeout=seconds)
    with pytest.raises(SettingsError, match="timeout"):
        Timeouts(read=seconds)


def test_without_a_connection_nothing_is_asked() -> None:
    with pytest.raises(SettingsError, match="connection"):
        Client("https://delega.example", KEY, connections=0)


def test_the_certificate_is_always_checked() -> None:
    optional = ssl.create_default_context()
    optional.verify_mode = ssl.CERT_OPTIONAL
    with pytest.raises(SettingsError, match="certificate"):
        Client("https://delega.example", KEY, tls=optional)
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(SettingsError, match="certificate"):
        Client("https://delega.example", KEY, tls=careless)
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(SettingsError, match="certificate"):
        Client("https://delega.example", KEY, tls=careless)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For 127.0.0.1, signed by itself."""
    found = tmp_path_factory.mktemp("tls") / "both.pem"
    order = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=x",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(found),
        "-out", str(found.with_name("cert.pem")),
    ]  # fmt: skip
    try:
        subprocess.run(order, check=True, capture_output=True)  # noqa: S603
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    with found.open("a") as both:
        both.write(found.with_name("cert.pem").read_text())
    return found


@pytest.fixture
def secured(certificate: Path) -> Iterator[Service]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    service = Service(context)
    yield service
    service.close()


def test_over_tls_a_connection_is_kept_too(secured: Service, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate.with_name("cert.pem")))
    with secured.client(tls=trust, timeout=5) as client:
        assert client.allowed("u_1", "send", "draft")
        assert client.allowed("u_1", "send", "draft")
    assert secured.connections == 1


def test_over_tls_no_answer_is_read_that_nobody_asked_for(
    secured: Service, certificate: Path
) -> None:
    first = http(b'{"decision": false}' + b" " * 8_000)
    # the first answer fills what is read at once, the second one waits in TLS
    first = http(b'{"decision": false}' + b" " * (8_000 + 8_192 - len(first.sent)))
    assert len(first.sent) == 8_192
    secured.script.append(Says(first.sent + ALLOW.sent))
    trust = ssl.create_default_context(cafile=str(certificate.with_name("cert.pem")))
    with secured.client(tls=trust, timeout=5) as client:
        assert not client.allowed("u_1", "send", "draft")
        secured.otherwise = http({"decision": False})
        assert not client.allowed("u_1", "send", "draft")
    assert secured.connections == 2


def test_a_certificate_of_nobody_known_gets_no_key(secured: Service) -> None:
    with secured.client(timeout=5) as client, pytest.raises(UnavailableError) as error:
        client.decide("u_1", "send", "draft")
    assert "CERTIFICATE_VERIFY_FAILED" in str(error.value)
    assert not secured.seen
    assert secured.connections == 1
