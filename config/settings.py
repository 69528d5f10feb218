"""Every setting of Delega, read from the environment once; the only reader of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

SHORTEST_KEY = 32
_RELATIVE = "sqlite:///"
LOCAL = "http://127.0.0.1:8000"
CHANNEL = "01879020517"
EVALUATORS = ("compiled", "casbin")
WORKERS = 2
CACHED_ACCOUNTS = 100_000
SHADOW_ONE_IN = 1_000


class SettingsError(Exception):
    """A setting is missing or can not be used; the message says which and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a process runs with.

    Attributes:
        database_url: SQLAlchemy URL; `sqlite:///…` or `postgresql://…`.
        secret_key: signs cookies and tokens; 32 characters or more.
        secret_key_fallbacks: older keys whose cookies are still read.
        demo: throwaway data on loopback; shows outgoing mail on a page.
        public_url: address written in mails, `https://panel.example.it`.
        outbox_folder: where *Invia a SdI* puts numbered files for the channel.
        prices_path: a price list in place of config/prices.toml.
        xsd_path: the FatturaPA schema to check uploads against, when there is one.
        transmitter: tax code of the transmission channel, written in files sent.
        trusted_proxies: how many proxies in front set X-Forwarded-For and -Proto.
        unsigned_releases: publish without signatures; on loopback alone.
        cached_accounts: snapshots kept in a process.
        evaluator: `compiled` answers from indexes as casbin does, `casbin` is casbin itself.
        shadow_one_in: of so many answers one is also asked of casbin; 0: none.
        payment_secrets: sign what the payment service sends; none: it is not heard.
        decisions_per_minute: what one key of a service may ask of this node; 0: no limit.
        workers: how many processes share it.
        forward_map: what a proxy's requests need, method and path -> action; none: no
            proxy gets an answer.
        decision_log: a file that gets a line for each decision; `-`: standard output.
    """

    database_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = ()
    demo: bool = False
    public_url: str = LOCAL
    outbox_folder: Path = Path("var/outbox")
    xsd_path: Path | None = None
    prices_path: Path | None = None
    transmitter: str = CHANNEL
    cached_accounts: int = CACHED_ACCOUNTS
    trusted_proxies: int = 0
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    mail_from: str = "delega@localhost"
    unsigned_releases: bool = False
    payment_secrets: tuple[str, ...] = ()
    evaluator: str = EVALUATORS[0]
    shadow_one_in: int = SHADOW_ONE_IN
    decisions_per_minute: int = 60_000
    workers: int = WORKERS
    decision_log: str = ""
    forward_map: Path | None = None
    session_idle: timedelta = timedelta(minutes=30)
    session_absolute: timedelta = timedelta(hours=12)

    @property
    def secure_cookies(self) -> bool:
        """Cookies go over TLS alone, except in the demo on loopback."""
        return not self.demo


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `DELEGA_*`, and plain `DATABASE_URL` and `SECRET_KEY`; `*_FILE` for secrets.

    Raises:
        SettingsError: a needed setting is missing, or one can not be used.
    """
    env = os.environ if environ is None else environ
    demo = _flag(env, "DELEGA_DEMO")
    url = _database_url(env, demo=demo)
    return Settings(
        database_url=url,
        secret_key=_secret_key(env),
        secret_key_fallbacks=tuple(env.get("DELEGA_SECRET_KEY_FALLBACKS", "").split()),
        demo=demo,
        public_url=env.get("DELEGA_PUBLIC_URL", LOCAL).rstrip("/"),
        outbox_folder=Path(env.get("DELEGA_OUTBOX_FOLDER", "var/outbox")),
        xsd_path=_path(env, "DELEGA_XSD"),
        prices_path=_path(env, "DELEGA_PRICES"),
        transmitter=env.get("DELEGA_TRANSMITTER", CHANNEL),
        cached_accounts=_number(env, "DELEGA_CACHED_ACCOUNTS", CACHED_ACCOUNTS),
        smtp_host=env.get("DELEGA_SMTP_HOST", "127.0.0.1"),
        smtp_port=_number(env, "DELEGA_SMTP_PORT", 25),
        mail_from=env.get("DELEGA_MAIL_FROM", "delega@localhost"),
        trusted_proxies=_number(env, "DELEGA_TRUSTED_PROXIES", 0),
        unsigned_releases=demo or _unsigned(env, url),
        payment_secrets=_payment_secrets(env),
        evaluator=_evaluator(env),
        shadow_one_in=_number(env, "DELEGA_SHADOW_ONE_IN", SHADOW_ONE_IN, least=0),
        decisions_per_minute=_number(
            env, "DELEGA_DECISIONS_PER_MINUTE", 60_000, least=0
        ),
        workers=worker_count(env),
        decision_log=env.get("DELEGA_DECISION_LOG", ""),
        forward_map=_path(env, "DELEGA_FORWARD_MAP"),
    )


def _evaluator(env: Mapping[str, str]) -> str:
    name = env.get("DELEGA_EVALUATOR", EVALUATORS[0])
    if name not in EVALUATORS:
        known = " and ".join(f"`{each}`" for each in EVALUATORS)
        raise SettingsError(f"DELEGA_EVALUATOR is `{name}`; there are {known}")
    return name


def worker_count(environ: Mapping[str, str] | None = None) -> int:
    """How many processes serve; needs no other setting."""
    env = os.environ if environ is None else environ
    return _number(env, "DELEGA_WORKERS", WORKERS)


def lane_wanted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether decisions are answered before Flask; needs no other setting."""
    return _flag(os.environ if environ is None else environ, "DELEGA_LANE", "1")


def policy_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """The folder that `delega policy` reads; needs no other setting."""
    return _path(os.environ if environ is None else environ, "DELEGA_POLICY_DIR")


def _database_url(env: Mapping[str, str], *, demo: bool) -> str:
    url = env.get("DELEGA_DATABASE_URL") or env.get("DATABASE_URL") or ""
    if not url:
        raise SettingsError("DATABASE_URL is not set; try sqlite:///var/delega.sqlite3")
    if url.startswith(_RELATIVE) and not url.startswith(f"{_RELATIVE}/"):
        # SQLAlchemy and Flask-SQLAlchemy start from different folders: start from here
        url = f"{_RELATIVE}{Path(url.removeprefix(_RELATIVE)).absolute()}"
    if demo and not url.startswith(_RELATIVE):
        raise SettingsError("the demo runs on SQLite alone; unset DATABASE_URL")
    return url


def _secret_key(env: Mapping[str, str]) -> str:
    key = _secret(env, "DELEGA_SECRET_KEY") or env.get("SECRET_KEY") or ""
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"SECRET_KEY needs {SHORTEST_KEY} characters or more")
    return key


def _payment_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """Several while the payment service changes from one to the next."""
    secrets = tuple(_secret(env, "DELEGA_PAYMENT_SECRET").split())
    if any(len(secret) < SHORTEST_KEY for secret in secrets):
        needed = f"{SHORTEST_KEY} characters or more in each secret"
        raise SettingsError(f"DELEGA_PAYMENT_SECRET needs {needed}")
    return secrets


def _secret(env: Mapping[str, str], name: str) -> str:
    """From the file that `<name>_FILE` names, else from the environment."""
    file = env.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return env.get(name) or ""


def _unsigned(env: Mapping[str, str], url: str) -> bool:
    """Only by an explicit word, and only for a database on this machine."""
    if not _flag(env, "DELEGA_UNSIGNED_RELEASES"):
        return False
    host = urlsplit(url).hostname
    if host not in (None, "localhost", "127.0.0.1", "::1"):
        raise SettingsError(
            f"DELEGA_UNSIGNED_RELEASES is for a database on loopback, not on {host}"
        )
    return True


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _flag(env: Mapping[str, str], name: str, default: str = "0") -> bool:
    value = env.get(name, default)
    if value not in ("0", "1", ""):
        raise SettingsError(f"{name} is `{value}`; write 1 or 0")
    return value == "1"


def _number(
    env: Mapping[str, str], name: str, default: int, least: int | None = None
) -> int:
    value = env.get(name, str(default))
    smallest = min(default, 1) if least is None else least
    if not value.isdecimal() or int(value) < smallest:
        raise SettingsError(f"{name} is `{value}`; write a whole number")
    return int(value)
