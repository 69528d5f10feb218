"""One's own page: where one is signed in, and signing out everywhere else."""

from flask import Flask

from tests.builders import Company, a_user, post, signed_in


def test_signing_out_elsewhere_leaves_this_browser_alone(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company, "invoicing.read")
    here, there = signed_in(app, name), signed_in(app, name)
    profile = f"/a/{company.id}/profile"
    html = here.get(profile).get_data(as_text=True)
    assert html.count("Ultimo uso") == 2
    assert html.count("Questa") == 1
    answer = post(here, f"{profile}/sign-out-elsewhere", {}, page=profile)
    assert answer.status_code == 302
    assert there.get(profile).headers["Location"] == "/sign-in"
    assert here.get(profile).get_data(as_text=True).count("Ultimo uso") == 1


def test_nobody_sees_the_sessions_of_others(app: Flask, company: Company) -> None:
    _identity, name = a_user(app, company)
    signed_in(app, company.owner_name)
    html = signed_in(app, name).get(f"/a/{company.id}/profile").get_data(as_text=True)
    assert html.count("Ultimo uso") == 1
