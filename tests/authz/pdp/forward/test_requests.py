"""What a proxy asks about is read in one way, whoever the proxy is."""

import pytest

from authz.pdp.forward import METHODS, Proxy, ShapeError, read_request
from tests.authz.pdp.forward import shapes

USER = "u_" + "k" * 26
SENT = {
    Proxy.NGINX: ("x-original-method", "x-original-uri"),
    Proxy.TRAEFIK: ("x-forwarded-method", "x-forwarded-uri"),
}
TOLD_BY_HEADERS = tuple(SENT)


def ask(proxy: Proxy, method: str, target: str, **more: str) -> tuple[str, str, str]:
    headers = {"x-user": USER, **{k.replace("_", "-"): v for k, v in more.items()}}
    line = method, target
    if proxy in SENT:
        names = SENT[proxy]
        headers |= {names[0]: method, names[1]: target}
        line = "GET", "/forward"
    asked = read_request(proxy, line, headers, "x-user")
    return asked.method, asked.target.path, asked.subject


def code_of(proxy: Proxy, method: str, target: str, **more: str) -> str:
    with pytest.raises(ShapeError) as refused:
        ask(proxy, method, target, **more)
    return refused.value.code


@pytest.mark.parametrize("proxy", Proxy)
@pytest.mark.parametrize("method", METHODS)
def test_every_proxy_says_the_same_in_its_own_way(proxy: Proxy, method: str) -> None:
    assert ask(proxy, method, "/x?y=1") == (method, "/x", USER)


@pytest.mark.parametrize("proxy", Proxy)
@pytest.mark.parametrize("method", [m for m in shapes.METHODS if "," not in m])
def test_a_method_without_a_meaning_is_refused(proxy: Proxy, method: str) -> None:
    assert code_of(proxy, method, "/x") == "bad_method"


@pytest.mark.parametrize("proxy", Proxy)
@pytest.mark.parametrize("header", shapes.OVERRIDES)
def test_a_header_that_asks_for_another_method_is_refused(
    proxy: Proxy, header: str
) -> None:
    more = {header.lower().replace("-", "_"): "GET"}
    assert code_of(proxy, "GET", "/x", **more) == "bad_method"


@pytest.mark.parametrize("proxy", Proxy)
def test_a_path_is_refused_by_its_shape(proxy: Proxy) -> None:
    assert code_of(proxy, "GET", "//x") == "bad_path"
    assert code_of(proxy, "GET", "/x?%") == "bad_query"


@pytest.mark.parametrize("proxy", TOLD_BY_HEADERS)
def test_a_header_that_is_missing_or_stands_twice_is_refused(proxy: Proxy) -> None:
    assert code_of(proxy, "", "/x") == "bad_headers"
    assert code_of(proxy, "GET", "") == "bad_headers"
    assert code_of(proxy, "GET,GET", "/x") == "bad_headers"
    assert code_of(proxy, "GET", "/x,/y") == "bad_headers"
    assert code_of(proxy, "GET", "/x, /y") == "bad_path"


@pytest.mark.parametrize("proxy", Proxy)
def test_headers_that_name_another_request_are_refused(proxy: Proxy) -> None:
    own = SENT.get(proxy, ())
    for name in (*SENT[Proxy.NGINX], *SENT[Proxy.TRAEFIK], "x-rewrite-url"):
        if name not in own:
            more = {name.replace("-", "_"): "/x"}
            assert code_of(proxy, "GET", "/x", **more) == "bad_headers"


@pytest.mark.parametrize("proxy", Proxy)
def test_a_subject_is_one_id_or_nobody(proxy: Proxy) -> None:
    assert ask(proxy, "GET", "/x", x_user="")[2] == ""
    for text in (f"{USER},{USER}", f"{USER} ", "role:owner", "*", "è", "u" * 65):
        assert code_of(proxy, "GET", "/x", x_user=text) == "bad_subject"
