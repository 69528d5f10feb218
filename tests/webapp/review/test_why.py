"""Why: the reason, the path with its break, the smallest change; the same as decide."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_company, a_user, post, signed_in

EDITS = ("invoicing.read", "invoicing.create_edit")


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", html.unescape(text))


def steps(client: FlaskClient, address: str) -> list[str]:
    page = client.get(address).get_data(as_text=True)
    return re.findall(r'<li class="(ok|break-step|rest)">', page)


def test_a_refusal_leads_to_its_reason_and_the_smallest_change(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    refused = client.get(f"/a/{company.id}/settings/users").get_data(as_text=True)
    assert f"/a/{company.id}/why/subuser.list" in refused
    said = words(client, f"/a/{company.id}/why/draft.send")
    assert "Perché non posso: Invia a SdI?" in said
    assert "Dare il permesso Fatturazione: Invio a SdI" in said
    assert "Può darlo il titolare" in said
    assert "no_permission" in said


def test_the_path_is_good_up_to_the_break_and_rests_after_it(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)
    assert steps(client, f"/a/{company.id}/why/draft.send") == [
        "ok",
        "ok",
        "break-step",
        "rest",
        "rest",
    ]
    assert set(steps(client, f"/a/{company.id}/why/draft.create")) == {"ok"}


def test_the_owner_asks_about_any_user_and_any_action(
    app: Flask, company: Company
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    owner = signed_in(app, company.owner_name)
    here = f"/a/{company.id}/settings/users/{identity}/why"
    said = words(owner, f"{here}?action=invoice_file.upload_and_send")
    assert "Invio a SdI" in said
    assert f"/settings/users/{identity}/permissions" in owner.get(here).get_data(
        as_text=True
    )
    assert "può farlo" in words(owner, f"{here}?action=draft.create")


@pytest.mark.parametrize(("act", "broken"), [("suspend", 0), ("temporary", 0)])
def test_a_state_breaks_the_path_at_the_user(
    app: Flask, company: Company, act: str, broken: int
) -> None:
    identity, _name = a_user(app, company, *EDITS)
    owner = signed_in(app, company.owner_name)
    page = f"/a/{company.id}/settings/users/{identity}"
    post(owner, f"{page}/{act}", {}, page=page)
    assert steps(owner, f"{page}/why?action=draft.create")[broken] == "break-step"


def test_a_service_that_does_not_run_breaks_the_path_there(app: Flask) -> None:
    company = a_company(app, modules=())
    owner = signed_in(app, company.owner_name)
    found = steps(owner, f"/a/{company.id}/why/quote.list")
    assert found[-2:] == ["break-step", "rest"]


def test_every_answer_agrees_with_the_decision(app: Flask, company: Company) -> None:
    identity, name = a_user(app, company, *EDITS, "invoicing.edit_banks")
    client = signed_in(app, name)
    enforcer = app.extensions["delega_enforcer"]
    for action in enforcer.release().catalogue.actions[::9]:
        decision = enforcer.decide(identity, company.id, action.resource, action.name)
        found = steps(client, f"/a/{company.id}/why/{action.key}")
        assert (set(found) == {"ok"}) == bool(decision), action.key
        assert decision.reason.value in words(
            client, f"/a/{company.id}/why/{action.key}"
        )


def test_there_is_no_page_about_unknown_actions_or_strangers(
    app: Flask, company: Company
) -> None:
    other = a_company(app)
    owner = signed_in(app, company.owner_name)
    stranger, _name = a_user(app, other, *EDITS)
    assert owner.get(f"/a/{company.id}/why/draft.sned").status_code == 404
    users = f"/a/{company.id}/settings/users"
    assert owner.get(f"{users}/{stranger}/why").status_code == 404
    _identity, name = a_user(app, company, *EDITS)
    assert signed_in(app, name).get(f"{users}/{company.owner}/why").status_code == 403


def test_the_owner_chooses_whom_and_what_to_ask_about(
    app: Flask, company: Company
) -> None:
    identity, _name = a_user(app, company, "invoicing.read", full_name="Luca Ferri")
    client = signed_in(app, company.owner_name)
    page = f"/a/{company.id}/why"
    html = client.get(page).get_data(as_text=True)
    assert f'<option value="{identity}">Luca Ferri' in html
    assert f'href="{page}"' in client.get(f"/a/{company.id}/").get_data(as_text=True)
    answer = client.get(f"{page}?user={identity}&action=draft.send")
    assert answer.headers["Location"] == (
        f"/a/{company.id}/settings/users/{identity}/why?action=draft.send"
    )
    own = client.get(f"{page}?user=&action=draft.send")
    assert own.headers["Location"] == f"/a/{company.id}/why/draft.send"


def test_others_ask_about_themselves_alone(app: Flask, company: Company) -> None:
    _identity, name = a_user(app, company, "invoicing.read")
    other, _other_name = a_user(app, company, full_name="Luca Ferri")
    client = signed_in(app, name)
    html = client.get(f"/a/{company.id}/why").get_data(as_text=True)
    assert "Luca Ferri" not in html
    answer = client.get(f"/a/{company.id}/why?user={other}&action=draft.send")
    assert client.get(answer.headers["Location"]).status_code == 403
