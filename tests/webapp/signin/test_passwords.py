"""Changing, resetting and choosing passwords."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from authz import State
from tests.builders import PASSWORD, Company, a_user, post, signed_in, user_row
from tests.webapp.conftest import SHIPPED_HASHER
from webapp.extensions import begin_write, db
from webapp.links import ACTIVATION, make_link
from webapp.passwords import complaints, hash_password, suggestion, temporary, verify
from webapp.signin import password_views
from webapp.tables import Mail, User
from webapp.team import access

NEW = "lanterna-fiume-castagna-volo"


@pytest.mark.parametrize(
    "password",
    [
        "corta",
        "a" * 20,
        "password12345678",
        "qwertyuiop123456",
        "aaaaaaaabbbbbbbb",
        "annaricci26-annaricci26",
        "Ceramiche-Bellandi-2026",
        "x" * 2000,
        "123456789012345",
    ],
)
def test_a_weak_password_is_refused_with_a_reason(app: Flask, password: str) -> None:
    with app.test_request_context():
        about = ["annaricci26", "Ceramiche Bellandi S.r.l."]
        assert complaints(password, about)


def test_offered_passwords_pass_their_own_rules(app: Flask) -> None:
    with app.test_request_context():
        assert all(complaints(suggestion()) == [] for _ in range(30))


def test_temporary_passwords_never_repeat() -> None:
    assert len({temporary() for _ in range(200)}) == 200
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", temporary())


def test_a_hash_takes_64_mib_and_three_passes() -> None:
    """RFC 9106, section 4, second choice."""
    assert SHIPPED_HASHER.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_same_letters_typed_in_two_ways_are_one_password() -> None:
    stored = hash_password("perch\u00e9-lanterna-fiume")
    assert verify(stored, "perche\u0301-lanterna-fiume")
    assert not verify(stored, "perche-lanterna-fiume")


def test_passwords_differ_after_their_72nd_byte_too() -> None:
    stored = hash_password("x" * 72 + "a")
    assert not verify(stored, "x" * 72 + "b")


def test_an_unknown_user_and_a_broken_hash_verify_nothing() -> None:
    assert not verify(None, PASSWORD)
    assert not verify("", PASSWORD)
    assert not verify("!", PASSWORD)
    assert not verify(hash_password(PASSWORD), "y" * 5000)


def change(app: Flask, client: object, company: Company, **facts: str) -> int:
    data = {"current": PASSWORD, "new": NEW, "repeat": NEW, **facts}
    address = f"/a/{company.id}/password"
    return post(client, address, data).status_code  # type: ignore[arg-type]


def test_a_temporary_password_must_be_changed_before_anything_else(
    app: Flask, company: Company
) -> None:
    identity, name = a_user(app, company, "invoicing.read", state=State.TEMPORARY)
    client = signed_in(app, name)
    for address in (f"/a/{company.id}/", f"/a/{company.id}/settings/users"):
        answer = client.get(address)
        assert answer.headers["Location"] == f"/a/{company.id}/password"
    assert change(app, client, company) == 302
    assert user_row(app, identity).state == State.ACTIVE
    assert client.get(f"/a/{company.id}/").status_code == 200
    signed_in(app, name, NEW)


def test_a_changed_password_ends_all_other_sessions(
    app: Flask, company: Company
) -> None:
    other = signed_in(app, company.owner_name)
    client = signed_in(app, company.owner_name)
    assert change(app, client, company) == 302
    assert other.get(f"/a/{company.id}/").status_code == 302
    assert client.get(f"/a/{company.id}/").status_code == 200


@pytest.mark.parametrize(
    "facts",
    [
        {"current": "sbagliata"},
        {"repeat": "diversa"},
        {"new": "corta"},
        {"new": PASSWORD, "repeat": PASSWORD},
    ],
)
def test_a_wrong_field_changes_nothing(
    app: Flask, company: Company, facts: dict[str, str]
) -> None:
    client = signed_in(app, company.owner_name)
    assert change(app, client, company, **facts) == 422
    signed_in(app, company.owner_name)


def test_guessing_the_current_password_is_throttled(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    for _ in range(10):
        assert change(app, client, company, current="sbagliata") == 422
    assert change(app, client, company) == 429


def links(app: Flask) -> list[str]:
    with app.app_context():
        bodies = db.session.scalars(select(Mail.body).order_by(Mail.id)).all()
    found = [re.search(r"/(?:reset|activate)/\S+", body) for body in bodies]
    return [link.group() for link in found if link]


def test_a_forgotten_password_is_chosen_again_by_a_link_that_works_once(
    app: Flask, company: Company
) -> None:
    client = app.test_client()
    answer = post(client, "/forgot", {"user_name": company.owner_name})
    assert answer.status_code == 200
    [link] = links(app)
    assert client.get(link).status_code == 200
    assert post(client, link, {"new": "corta", "repeat": "corta"}).status_code == 422
    assert post(client, link, {"new": NEW, "repeat": NEW}).status_code == 302
    assert app.test_client().get(link).status_code == 410
    signed_in(app, company.owner_name, NEW)


def test_asking_for_an_unknown_name_answers_alike_and_writes_no_mail(
    app: Flask,
) -> None:
    answer = post(app.test_client(), "/forgot", {"user_name": "nessunocosi1"})
    assert answer.status_code == 200
    assert links(app) == []


def test_reset_links_are_throttled(app: Flask, company: Company) -> None:
    for _ in range(5):
        post(app.test_client(), "/forgot", {"user_name": company.owner_name})
    with app.app_context():
        assert len(db.session.scalars(select(Mail.id)).all()) == 3


def test_of_several_links_only_the_last_is_still_sent(
    app: Flask, company: Company
) -> None:
    for _ in range(2):
        post(app.test_client(), "/forgot", {"user_name": company.owner_name})
    [link] = links(app)
    assert app.test_client().get(link).status_code == 200
    post(app.test_client(), link, {"new": NEW, "repeat": NEW})
    assert links(app) == []
    with app.app_context():
        assert set(db.session.scalars(select(Mail.failure))) == {"link ended: not sent"}


def test_an_empty_name_is_asked_for_again(app: Flask) -> None:
    assert post(app.test_client(), "/forgot", {"user_name": ""}).status_code == 422


def test_an_invited_user_chooses_a_password_and_becomes_active(
    app: Flask, company: Company
) -> None:
    identity, _name = a_user(app, company, "invoicing.read", state=State.INVITED)
    with app.app_context():
        session = begin_write()
        token = make_link(session.get_one(User, identity), ACTIVATION)
        session.commit()
    client = app.test_client()
    answer = post(client, f"/activate/{token}", {"new": NEW, "repeat": NEW})
    assert answer.headers["Location"] == f"/a/{company.id}/"
    assert client.get(f"/a/{company.id}/").status_code == 200
    assert user_row(app, identity).state == State.ACTIVE


def test_a_link_that_never_was_is_gone(app: Flask) -> None:
    assert app.test_client().get("/activate/nothing").status_code == 410
    assert app.test_client().get("/reset/nothing").status_code == 410


def test_a_temporary_password_can_not_be_kept(app: Flask, company: Company) -> None:
    identity, name = a_user(app, company, state=State.TEMPORARY)
    client = signed_in(app, name)
    assert change(app, client, company, new=PASSWORD, repeat=PASSWORD) == 422
    assert user_row(app, identity).state == State.TEMPORARY


def test_an_open_link_of_a_suspended_user_opens_nothing(
    app: Flask, company: Company
) -> None:
    identity, _name = a_user(app, company, state=State.SUSPENDED)
    with app.app_context():
        session = begin_write()
        token = make_link(session.get_one(User, identity), ACTIVATION)
        session.commit()
    assert app.test_client().get(f"/activate/{token}").status_code == 410


@pytest.mark.parametrize("meanwhile", ["temporary", "suspended"])
def test_a_new_password_under_way_never_undoes_what_the_owner_just_did(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    identity, name = a_user(app, company, "invoicing.read")
    client = signed_in(app, name)

    def hash_slowly(password: str) -> str:
        monkeypatch.undo()
        session = begin_write(company.id, policy=True)
        user = session.get_one(User, identity)
        if meanwhile == "temporary":
            access.give_temporary(session, user, hash_password("x"), company.owner)
        else:
            access.suspend(session, user, company.owner)
        session.commit()
        return hash_password(password)

    monkeypatch.setattr(password_views, "hash_password", hash_slowly)
    page = f"/a/{company.id}/password"
    data = {"current": PASSWORD, "new": NEW, "repeat": NEW}
    answer = post(client, page, data)
    assert answer.status_code in (302, 403, 404)
    assert user_row(app, identity).state == meanwhile
    assert client.get(f"/a/{company.id}/").headers["Location"] == "/sign-in"
    assert not verify(user_row(app, identity).password_hash, NEW)
