"""The page of meanings is the policy in force, in both languages."""

import html
import re

from flask import Flask

from tests.builders import Company, a_user, signed_in


def test_every_permission_stands_there_with_every_action_it_grants(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company)
    client = signed_in(app, name)
    release = app.extensions["delega_enforcer"].release()
    for language in ("it", "en"):
        answer = client.get(f"/a/{company.id}/help/permissions?lang={language}")
        text = html.unescape(answer.get_data(as_text=True))
        for permission in release.permissions.values():
            assert permission.detail(language) in text
        for grant in release.grants:
            if grant.permission in release.permissions:
                key = f"{grant.resource}.{grant.action}"
                assert release.catalogue.named(key).label(language) in text, key
    assert len(re.findall(r"<details", text)) >= len(release.permissions)
