"""Where the service is, and with whom it is safe to talk."""

import ipaddress
import re
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from authz.client.errors import SettingsError

_PLAIN = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_OF_ACCOUNT = re.compile(r"(.*)/a/([A-Za-z0-9_]{1,64})")


@dataclass(frozen=True, slots=True)
class Address:
    """A base address.

    Attributes:
        host: a name or an IP address, as the system connects to it.
        authority: the same as HTTP writes it, with the port.
        path: before every endpoint, without the account and without a last slash.
        account: when the address is one account's own, else empty.
    """

    host: str
    port: int
    tls: bool
    authority: str
    path: str
    account: str


def read_address(url: str, *, plain_http: bool = False) -> Address:
    """Read a base address.

    Args:
        url: `https://host[:port][/path]`, with `/a/<account>` at its end or not.
        plain_http: let a key go over the network unprotected.

    Raises:
        SettingsError: not an address, or one to which a key should not be sent.
    """
    parts = urlsplit(url if _PLAIN.fullmatch(url) else "")
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host):
        raise SettingsError("the address is not of the form `https://host[:port]`")
    path = parts.path.rstrip("/")
    if "@" in parts.netloc or set("?#") & set(url) or not _PATH.fullmatch(path):
        raise SettingsError("the address has more than a host, a port and a plain path")
    tls = parts.scheme == "https"
    if not (tls or plain_http or _is_loopback(host)):
        raise SettingsError("use https: over http anybody on the way reads the key")
    return _address(host, _port(url, tls), tls, path)


def trusted(context: ssl.SSLContext | None) -> ssl.SSLContext:
    """The context to connect with; without one, the system's authorities count.

    Raises:
        SettingsError: it would take anybody for the service.
    """
    context = context or ssl.create_default_context()
    if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
        raise SettingsError("the TLS context does not check the service's certificate")
    return context


def _port(url: str, tls: bool) -> int:
    try:
        return urlsplit(url).port or (443 if tls else 80)
    except ValueError as error:
        raise SettingsError("the port of the address is not a number") from error


def _address(host: str, port: int, tls: bool, path: str) -> Address:
    of_account = _OF_ACCOUNT.fullmatch(path)
    path, account = of_account.groups() if of_account else (path, "")
    written = f"[{host}]" if ":" in host else host
    if port != (443 if tls else 80):
        written = f"{written}:{port}"
    return Address(host, port, tls, written, path, account)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
