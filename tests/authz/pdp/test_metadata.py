"""What a PDP says about itself, and where."""

import json

import pytest

from authz.pdp import metadata, metadata_path


def test_every_endpoint_is_named_below_the_base() -> None:
    base = "https://panel.example.it/a/a_1"
    assert json.loads(metadata(base)) == {
        "policy_decision_point": base,
        "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        "search_subject_endpoint": f"{base}/access/v1/search/subject",
        "search_resource_endpoint": f"{base}/access/v1/search/resource",
        "search_action_endpoint": f"{base}/access/v1/search/action",
    }


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://h", "/.well-known/authzen-configuration"),
        ("https://h:8443", "/.well-known/authzen-configuration"),
        ("https://h/t1", "/.well-known/authzen-configuration/t1"),
        ("https://h/t1/a/a_1", "/.well-known/authzen-configuration/t1/a/a_1"),
    ],
)
def test_the_well_known_name_goes_between_host_and_path(base: str, path: str) -> None:
    assert metadata_path(base) == path
