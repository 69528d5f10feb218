"""What the shipped configurations of proxies say, and what docs/forward.md says of them."""

import re
from pathlib import Path

import pytest

import config
from authz.pdp.forward import ShapeError, load_map, read_map, read_target
from authz.policy import default_folder, read_folder

FOLDER = Path(config.__file__).parent
TEXT = (default_folder().parent / "docs" / "forward.md").read_text(encoding="utf-8")
STRIPPED = (
    "Forwarded",
    "X-Forwarded-Prefix",
    "X-Original-Method",
    "X-Original-URI",
    "X-Original-URL",
    "X-Rewrite-URL",
)
#: Traefik sets these itself.
STRIPPED_TOO = ("X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Uri")
OVERRIDES = ("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")


def read(name: str) -> str:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.split("\n") if line.strip()[:1] != "#")


def test_nginx_strips_what_the_client_names() -> None:
    text = read("nginx-forward.conf")
    for name in (*STRIPPED, *STRIPPED_TOO, *OVERRIDES, "Authorization"):
        assert text.count(f'proxy_set_header {name} "";') == 1, name
    assert text.count("proxy_set_header X-Delega-Subject $remote_user;") == 2
    assert "proxy_pass_request_headers off;" in text
    assert "satisfy all;" in text
    assert re.findall(r"proxy_pass (\S+);", text) == [
        "http://backend",
        "http://delega/forward/nginx",
    ]
    server = text.partition("location")[0]
    assert "auth_request /.delega;" in server
    assert "auth_request off" not in text


def test_envoy_strips_what_the_client_names() -> None:
    text = read("envoy-forward.yaml")
    for name in (*STRIPPED, *STRIPPED_TOO, "X-Delega-Subject"):
        assert f"- remove: {name.lower()}\n" in text, name
    for name in OVERRIDES:
        assert f"- {{ exact: {name.lower()} }}" in text
    assert "failure_mode_allow: false" in text
    assert "headers_with_underscores_action: REJECT_REQUEST" in text
    assert "allow_absolute_url: false" in text
    filters = re.findall(r"- name: envoy\.filters\.http\.(\w+)", text)
    assert filters == ["header_mutation", "jwt_authn", "ext_authz", "router"]


def test_traefik_strips_what_the_client_names() -> None:
    text = read("traefik-forward.yaml")
    for name in (*STRIPPED, "X-Delega-Subject", "X_Delega_Subject", "Authorization"):
        assert f'{name}: ""\n' in text, name
    for name in OVERRIDES:
        assert f"- {name}\n" in text
    assert "trustForwardHeader: false" in text
    assert "middlewares: [unnamed, known, asking, allowed, cleaned]" in text


def test_the_mapping_in_the_documentation_is_one(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert found
    catalogue = read_folder(default_folder()).catalogue
    mapping = read_map(found[1], "forward.toml", catalogue)
    assert len(mapping.rules) == 3
    (tmp_path / "forward.toml").write_text(found[1])
    assert load_map(tmp_path / "forward.toml").match(
        "GET", read_target("/archive/2026/7")
    )


def test_what_the_documentation_calls_refused_is_refused() -> None:
    rows = re.findall(r"^\| (.*?) \| .*? \| `(bad_path|bad_query)`", TEXT, re.MULTILINE)
    texts = [
        (text, code) for cell, code in rows for text in re.findall(r"`([^`]+)`", cell)
    ]
    assert len(texts) > 20
    for text, code in texts:
        target = text if text[0] in "/h*" else f"/x{text}"
        if text == "%C3%A0":  # named as the right one
            continue
        with pytest.raises(ShapeError) as refused:
            read_target(target)
        assert refused.value.code == code, text
