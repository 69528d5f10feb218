"""Switches, their prerequisites and the legal sets."""

from itertools import combinations

import pytest

from authz.errors import IllegalSetError, UnknownNameError
from authz.policy import default_folder, permissions, read_folder

PERMISSIONS = read_folder(default_folder()).permissions
READ, EDIT, BANKS, SEND, CONFIGURE = (
    f"invoicing.{name}"
    for name in ("read", "create_edit", "edit_banks", "send_sdi", "configure")
)


def test_there_are_13_legal_sets_on_invoicing_and_325_in_all():
    assert len(set(PERMISSIONS.legal_sets(()))) == 13
    assert len(set(PERMISSIONS.legal_sets(("documents",)))) == 37
    assert len(set(PERMISSIONS.legal_sets())) == 325


def test_a_module_is_edited_only_by_who_reads_it():
    for names in PERMISSIONS.legal_sets():
        for module in ("documents", "payments", "orders"):
            assert f"{module}.create_edit" not in names or f"{module}.read" in names


def test_banks_go_when_read_or_edit_goes():
    full = frozenset({READ, EDIT, BANKS})
    assert PERMISSIONS.largest_legal(full) == full
    assert PERMISSIONS.largest_legal(full - {EDIT}) == {READ}
    assert PERMISSIONS.largest_legal(full - {READ}) == frozenset()


def test_sending_needs_no_right_to_edit():
    PERMISSIONS.require_legal({READ, SEND})


def test_the_union_of_two_legal_sets_is_legal():
    sets = list(PERMISSIONS.legal_sets(("documents",)))
    assert all(not PERMISSIONS.missing(a | b) for a, b in combinations(sets, 2))


def test_the_largest_legal_set_holds_every_legal_set_inside():
    names = {READ, BANKS, SEND, "orders.create_edit", "documents.read"}
    largest = PERMISSIONS.largest_legal(names)
    inside = [legal for legal in PERMISSIONS.legal_sets() if legal <= names]
    assert max(inside, key=len) == largest
    assert all(legal <= largest for legal in inside)


def test_names_that_are_no_permission_fall_out_of_the_largest_legal_set():
    assert PERMISSIONS.largest_legal({READ, "owner", "state.owner"}) == {READ}


def test_what_is_missing_is_named():
    assert PERMISSIONS.missing({BANKS}) == {BANKS: (READ, EDIT)}
    assert PERMISSIONS.missing([READ]) == {}
    with pytest.raises(
        IllegalSetError, match=r"`invoicing.edit_banks` needs `invoicing.read`"
    ):
        PERMISSIONS.require_legal({BANKS})


def test_an_edition_refuses_what_it_lacks():
    PERMISSIONS.require_legal({READ, EDIT, CONFIGURE}, edition="SR")
    PERMISSIONS.require_legal({READ, SEND}, edition="FE")
    with pytest.raises(IllegalSetError) as caught:
        PERMISSIONS.require_legal({READ, SEND, "documents.read"}, edition="SR")
    assert caught.value.forbidden == (SEND, "documents.read")
    assert caught.value.missing == {}


def test_a_delegation_refuses_banks():
    names = {READ, EDIT, BANKS}
    PERMISSIONS.require_legal(names)
    with pytest.raises(IllegalSetError, match="can not be granted here"):
        PERMISSIONS.require_legal(names, delegable_only=True)
    assert PERMISSIONS.largest_legal(names, delegable_only=True) == {READ, EDIT}


def test_an_unknown_name_is_an_error_with_the_nearest_as_hint():
    with pytest.raises(UnknownNameError, match=r"did you mean `invoicing.read`"):
        PERMISSIONS["invoicing.raed"]
    with pytest.raises(UnknownNameError, match=r"unknown permission `zzz`$"):
        PERMISSIONS.require_legal({"zzz"})
    assert PERMISSIONS.get("zzz") is None
    assert "owner" not in PERMISSIONS


def test_the_order_is_the_forms():
    assert list(PERMISSIONS)[:5] == [READ, EDIT, BANKS, SEND, CONFIGURE]
    assert [p.name for p in PERMISSIONS.values()] == list(PERMISSIONS)
    assert dict(PERMISSIONS.items()).keys() == set(PERMISSIONS)
    assert len(PERMISSIONS) == 11


def test_words_are_italian_or_else_english():
    banks = PERMISSIONS[BANKS]
    assert banks.label("it") == "Modifica banche"
    assert banks.label("en") == "Edit banks"
    assert banks.meaning("it") == "Aggiunge banche e cambia gli IBAN"
    assert banks.meaning("en") == "Adds banks and changes IBANs"
    assert banks.detail("it") != banks.detail("en")
    assert PERMISSIONS.title("documents.read", "it") == "Documenti: Lettura"
    assert PERMISSIONS.title("documents.read", "en") == "Documents: Read"
    assert PERMISSIONS.modules["orders"].text("it") == "Ordini elettronici"
    assert PERMISSIONS.columns["configure"].text("en") == "Configure"


def test_only_banks_and_sending_are_delicate_and_only_banks_stay_here():
    assert {p.name for p in PERMISSIONS.values() if p.delicate} == {BANKS, SEND}
    assert {p.name for p in PERMISSIONS.values() if not p.delegable} == {BANKS}


def test_sets_that_were_asked_about_are_kept_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(permissions, "REMEMBERED", 2)
    known = read_folder(default_folder()).permissions
    for name in list(known)[:6] * 2:
        assert known.largest_legal([name]) == PERMISSIONS.largest_legal({name})
        assert len(known._largest) <= 2
