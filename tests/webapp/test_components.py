"""The pieces every page is built from, where a page alone does not show them."""

import re
from html import unescape

from flask import Flask, get_template_attribute

from tests.builders import Company, post, signed_in


def summary_of(html: str) -> list[tuple[str, str]]:
    """Where the lines of the error summary lead, and what they say."""
    box = html.partition('class="error-summary"')[2].partition("</ul>")[0]
    return [
        (href, unescape(text))
        for href, text in re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', box)
    ]


def test_an_empty_field_stands_in_the_summary_with_the_way_to_it(
    app: Flask, company: Company
) -> None:
    owner = signed_in(app, company.owner_name)
    data = {"save": "1", "access": "link", "name": "", "email": "", "user_name": ""}
    page = f"/a/{company.id}/settings/users/new"
    answer = post(owner, page, {**data, "access": "pigeon"})
    assert answer.status_code == 422
    found = dict(summary_of(answer.get_data(as_text=True)))
    assert found["#name"] == "Nome e cognome: Compila questo campo."
    assert found["#email"] == "Email: Compila questo campo."
    assert found["#user_name"].startswith("Nome utente: ")
    assert found["#access-0"].startswith("Primo accesso: ")


def test_an_empty_password_stands_in_the_summary(app: Flask) -> None:
    answer = post(app.test_client(), "/forgot?lang=it", {"user_name": ""})
    summary = summary_of(answer.get_data(as_text=True))
    assert summary == [("#user_name", "Nome utente: Compila questo campo.")]


def test_a_button_in_a_row_says_what_it_is_about(app: Flask) -> None:
    with app.test_request_context("/"):
        button = get_template_attribute("components.html", "post_button")
        plain = button("Togli", "/x", "t")
        told = button("Togli", "/x", "t", about="<Anna>")
    assert "visually-hidden" not in plain
    hidden = '<span class="visually-hidden">: &lt;Anna&gt;</span></button>'
    assert f"Togli{hidden}" in told.replace("\n", "")
