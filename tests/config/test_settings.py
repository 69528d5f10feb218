"""Settings: what is needed is asked for, what can not be used is refused."""

import runpy
from logging import getLogger
from pathlib import Path
from types import SimpleNamespace

import pytest

import config
from config.settings import SettingsError, policy_folder, read_settings

GOOD = {"DATABASE_URL": "sqlite:///x.sqlite3", "SECRET_KEY": "k" * 32}
GUNICORN = Path(config.__file__).with_name("gunicorn.conf.py")


def test_two_settings_are_enough() -> None:
    settings = read_settings(GOOD)
    assert settings.database_url == f"sqlite:///{Path.cwd()}/x.sqlite3"
    assert settings.secure_cookies
    assert not settings.unsigned_releases


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DELEGA_DEMO": "yes"}, "DELEGA_DEMO"),
        ({"DELEGA_DEMO": "1", "DATABASE_URL": "postgresql://x"}, "demo"),
        ({"DELEGA_CACHED_ACCOUNTS": "0"}, "DELEGA_CACHED_ACCOUNTS"),
        ({"DELEGA_CACHED_ACCOUNTS": "many"}, "DELEGA_CACHED_ACCOUNTS"),
        ({"DELEGA_TRUSTED_PROXIES": "²"}, "DELEGA_TRUSTED_PROXIES"),
        ({"DELEGA_DECISIONS_PER_MINUTE": "many"}, "DELEGA_DECISIONS_PER_MINUTE"),
        ({"DELEGA_WORKERS": "0"}, "DELEGA_WORKERS"),
        ({"DELEGA_EVALUATOR": "fast"}, "DELEGA_EVALUATOR"),
        ({"DELEGA_PAYMENT_SECRET": "short"}, "DELEGA_PAYMENT_SECRET"),
        ({"DELEGA_PAYMENT_SECRET": f"{'p' * 32} short"}, "DELEGA_PAYMENT_SECRET"),
        (
            {
                "DELEGA_UNSIGNED_RELEASES": "1",
                "DATABASE_URL": "postgresql://db.example.it/delega",
            },
            "DELEGA_UNSIGNED_RELEASES",
        ),
    ],
)
def test_what_can_not_be_used_is_refused_by_name(
    changes: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        read_settings({**GOOD, **changes})


def test_an_absolute_database_stays_where_it_is() -> None:
    url = "sqlite:////srv/delega/x.sqlite3"
    assert read_settings({**GOOD, "DATABASE_URL": url}).database_url == url


def test_the_prefixed_name_wins_and_secrets_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    settings = read_settings(
        {
            **GOOD,
            "DELEGA_DATABASE_URL": "postgresql://db/delega",
            "DELEGA_SECRET_KEY_FILE": str(tmp_path / "key"),
            "DELEGA_SECRET_KEY_FALLBACKS": "a b",
            "DELEGA_XSD": "schema.xsd",
            "DELEGA_PUBLIC_URL": "https://panel.example.it/",
        }
    )
    assert settings.database_url == "postgresql://db/delega"
    assert settings.trusted_proxies == 0
    assert settings.secret_key == "f" * 40
    assert settings.secret_key_fallbacks == ("a", "b")
    assert settings.xsd_path == Path("schema.xsd")
    assert settings.public_url == "https://panel.example.it"


def test_payments_have_no_secret_one_or_several_while_they_change(
    tmp_path: Path,
) -> None:
    old, new = "o" * 32, "n" * 40
    assert read_settings(GOOD).payment_secrets == ()
    one = read_settings({**GOOD, "DELEGA_PAYMENT_SECRET": old})
    assert one.payment_secrets == (old,)
    (tmp_path / "secrets").write_text(f"{new}\n{old}\n")
    file = {"DELEGA_PAYMENT_SECRET_FILE": str(tmp_path / "secrets")}
    assert read_settings({**GOOD, **file}).payment_secrets == (new, old)


def test_the_demo_accepts_unsigned_releases_and_plain_cookies() -> None:
    settings = read_settings({**GOOD, "DELEGA_DEMO": "1"})
    assert settings.unsigned_releases
    assert not settings.secure_cookies


def test_unsigned_releases_are_for_a_database_on_this_machine() -> None:
    for url in ("sqlite:///x.sqlite3", "postgresql://u@127.0.0.1:5432/delega"):
        word = {"DELEGA_UNSIGNED_RELEASES": "1", "DATABASE_URL": url}
        assert read_settings({**GOOD, **word}).unsigned_releases


def test_the_policy_folder_needs_no_other_setting() -> None:
    assert policy_folder({}) is None
    assert policy_folder({"DELEGA_POLICY_DIR": "p"}) == Path("p")


def starting(host: str, monkeypatch: pytest.MonkeyPatch, *, demo: str) -> None:
    env = {**GOOD, "DELEGA_DEMO": demo, "DELEGA_WORKERS": "3"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    settings = runpy.run_path(str(GUNICORN))
    assert settings["workers"] == 3
    server = SimpleNamespace(
        cfg=SimpleNamespace(address=[(host, 8000)], workers=7),
        log=getLogger("gunicorn"),
    )
    settings["on_starting"](server)


def test_a_key_has_a_limit_unless_it_is_zero_and_the_workers_share_it() -> None:
    settings = read_settings(GOOD)
    assert (settings.decisions_per_minute, settings.workers) == (60_000, 2)
    told = {"DELEGA_DECISIONS_PER_MINUTE": "0", "DELEGA_WORKERS": "8"}
    settings = read_settings({**GOOD, **told})
    assert (settings.decisions_per_minute, settings.workers) == (0, 8)


def test_workers_know_how_many_they_are_whatever_the_command_line_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starting("127.0.0.1", monkeypatch, demo="1")
    assert read_settings().workers == 7


def test_the_demo_never_listens_beyond_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starting("127.0.0.1", monkeypatch, demo="1")
    with pytest.raises(SystemExit, match="loopback"):
        starting("0.0.0.0", monkeypatch, demo="1")  # noqa: S104
    starting("0.0.0.0", monkeypatch, demo="0")  # noqa: S104


def test_unsigned_releases_are_served_on_loopback_or_a_socket_file_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DELEGA_UNSIGNED_RELEASES", "1")
    starting("::1", monkeypatch, demo="0")
    with pytest.raises(SystemExit, match="DELEGA_UNSIGNED_RELEASES"):
        starting("0.0.0.0", monkeypatch, demo="0")  # noqa: S104


def test_a_proxys_mapping_is_read_from_where_it_is_said_to_be() -> None:
    assert read_settings(GOOD).forward_map is None
    told = {**GOOD, "DELEGA_FORWARD_MAP": "/etc/delega/forward.toml"}
    assert read_settings(told).forward_map == Path("/etc/delega/forward.toml")
