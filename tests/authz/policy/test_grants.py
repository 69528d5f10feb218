"""Reading p rows and role files: each wrong line is named."""

import pytest

from authz.errors import PolicyError
from authz.policy import read_files
from tests.authz.folder import changed, files

SEND = "p, invoicing.send_sdi, -, invoicing:change, draft, send\n"


def said(found: dict[str, bytes]) -> str:
    with pytest.raises(PolicyError) as caught:
        read_files(found)
    return "\n".join(str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "p, invoicing.snd, -, invoicing:change, draft, send\n",
            "unknown permission `invoicing.snd`",
        ),
        (
            "p, state.owner, -, invoicing:change, draft, send\n",
            "unknown permission `state.owner`",
        ),
        (
            "p, owner, state.owner, invoicing:change, draft, send\n",
            "unknown permission `state.owner`",
        ),
        (
            "p, owner, -, invoicing:chnge, draft, send\n",
            "unknown service `invoicing:chnge`",
        ),
        (
            "p, owner, -, invoicing:change, draft, sned\n",
            "names `draft.sned`, which the catalogue",
        ),
        ("p, owner, invoicing:change, draft, send\n", "is not `p` with five columns"),
        ("g2, a_1, invoicing:change\n", "is not `p` with five columns"),
        (SEND + "p, owner, -, invoicing:view, draft, send\n", "as grants.csv:"),
        ("", "no row grants `draft.send`"),
    ],
)
def test_a_grant_that_is_not_right_is_named(line, says):
    assert says in said(changed("grants.csv", SEND, line))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("g, role.owner, invoicing.read, *", "speaks of `role.owner`"),
        ("g, role.settings, role.owner, *", "unknown permission `role.owner`"),
        ("g, role.settings, invoicing.read, a_1", "must end with `*`"),
        ("g, role.settings, invoicing.read", "is not `g` with three columns"),
        ("p, role.settings, invoicing.read, *", "is not `g` with three columns"),
    ],
)
def test_a_role_row_that_is_not_right_is_named(line, says):
    text = said(
        changed("roles/settings.csv", "g, role.settings, invoicing.read, *", line)
    )
    assert text.startswith("roles/settings.csv:2: DLG122 the line")
    assert says in text


def test_a_role_has_both_rows_and_words():
    found = files() | {"roles/spare.csv": b"g, role.spare, invoicing.read, *\n"}
    assert "`role.spare` needs both a file in roles and words" in said(found)
    found = files()
    del found["roles/settings.csv"]
    assert "`role.settings` needs both" in said(found)
