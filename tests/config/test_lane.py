"""Which gunicorn worker serves."""

import pytest

from config.lane import STOCK, WITH_LANE, choose_worker


def test_the_stock_worker_serves_unless_the_lane_is_wanted():
    assert choose_worker({})[0] == STOCK
    assert choose_worker({"DELEGA_LANE": "1"}) == (WITH_LANE, "")


@pytest.mark.parametrize("version", ["27.0.2", "28.0.0", ""])
def test_a_gunicorn_that_was_not_tested_serves_without_the_lane(version):
    worker, why = choose_worker({"DELEGA_LANE": "1"}, version)
    assert worker == STOCK
    assert "not one that its tests have seen" in why
