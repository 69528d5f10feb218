"""Which gunicorn worker serves, and that the log says when it is the stock one."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import gunicorn
import pytest

import config
from config.lane import STOCK, TESTED_GUNICORN, WITH_LANE, choose_worker
from config.settings import SettingsError

GUNICORN = Path(config.__file__).with_name("gunicorn.conf.py")


def test_the_lane_is_open_unless_a_setting_closes_it() -> None:
    assert choose_worker({}) == (WITH_LANE, "")
    assert choose_worker({"DELEGA_LANE": "1"}) == (WITH_LANE, "")
    assert choose_worker({"DELEGA_LANE": "0"}) == (STOCK, "DELEGA_LANE is 0")
    with pytest.raises(SettingsError, match="DELEGA_LANE"):
        choose_worker({"DELEGA_LANE": "yes"})


def test_the_gunicorn_of_this_checkout_was_tested() -> None:
    assert gunicorn.__version__ in TESTED_GUNICORN


@pytest.mark.parametrize("version", ["27.0.2", "28.0.0", ""])
def test_a_gunicorn_that_was_not_tested_serves_without_the_lane(version: str) -> None:
    worker, why = choose_worker({"DELEGA_LANE": "1"}, version)
    assert worker == STOCK
    assert "not one that its tests have seen" in why


def started(
    monkeypatch: pytest.MonkeyPatch, **environment: str
) -> tuple[str, list[str]]:
    """The worker class of the shipped configuration, and what its start says."""
    demo = {"DATABASE_URL": "sqlite:///x", "SECRET_KEY": "k" * 32, "DELEGA_DEMO": "1"}
    for name, value in {**demo, "DELEGA_WORKERS": "2", **environment}.items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    log = SimpleNamespace(warning=lambda text, *more: said.append(text % more))
    cfg = SimpleNamespace(address=[("127.0.0.1", 8000)], workers=2)
    settings = runpy.run_path(str(GUNICORN))
    settings["on_starting"](SimpleNamespace(cfg=cfg, log=log))
    return settings["worker_class"], said


def test_the_shipped_configuration_says_why_the_lane_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DELEGA_LANE", raising=False)
    assert started(monkeypatch) == (WITH_LANE, [])
    closed = ["the lane is closed: DELEGA_LANE is 0"]
    assert started(monkeypatch, DELEGA_LANE="0") == (STOCK, closed)
    monkeypatch.setattr(choose_worker, "__defaults__", (None, "99.0"))
    worker, said = started(monkeypatch, DELEGA_LANE="1")
    assert worker == STOCK
    assert said == [
        "the lane is closed: gunicorn 99.0 is not one that its tests have seen"
    ]
