"""Counting the catalogue, and what its grants must never give away."""

import csv
from collections import Counter

from authz.policy import default_folder, read_folder

RELEASE = read_folder(default_folder())
GRANTS = {action.key: RELEASE.grant_for(action) for action in RELEASE.catalogue}


def needing(name: str) -> set[str]:
    return {key for key, grant in GRANTS.items() if name in grant.needs}


def test_every_line_of_the_catalogue_is_an_action_with_exactly_one_grant():
    with (default_folder() / "catalogue.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        listed = [(line["module"], line["action"]) for line in csv.DictReader(file)]
    assert [(a.module, a.key) for a in RELEASE.catalogue] == listed
    assert len(listed) == len(RELEASE.grants) == len(GRANTS)


def test_every_module_has_actions():
    sizes = Counter(action.module for action in RELEASE.catalogue)
    assert {*RELEASE.permissions.modules, "account"} <= sizes.keys()
    assert set(sizes) == {
        "invoicing",
        "account",
        "documents",
        "payments",
        "orders",
        "peppol",
        "woocommerce",
    }


def test_what_both_editions_have_follows_from_the_service():
    modules = {
        RELEASE.catalogue.named(key).module
        for key, grant in GRANTS.items()
        if grant.service.startswith(("account:", "reception:"))
    }
    assert modules == {"invoicing", "account"}
    assert GRANTS["received_invoice.list"].service == "reception:view"
    assert GRANTS["draft.send"].service == "invoicing:change"


def test_send_to_sdi_acts_on_invoicing_alone():
    modules = {
        RELEASE.catalogue.named(key).module for key in needing("invoicing.send_sdi")
    }
    assert modules == {"invoicing"}
    assert [name for name in RELEASE.permissions if name.endswith("send_sdi")] == [
        "invoicing.send_sdi"
    ]


def test_what_is_the_owners_alone_stays_so():
    owners = needing("owner")
    resources = {"subuser", "delegation", "purchase", "service", "space", "holder"}
    resources |= {"history", "credential"}
    managed = {a.key for a in RELEASE.catalogue if a.resource in resources}
    assert managed <= owners
    assert {
        "seat.buy",
        "seat.reduce",
        "module.buy",
        "module.disable",
        "auto_renewal.toggle",
        "seller.update_contacts",
        "seller.update_address",
        "sent_email.list",
        "shop.connect",
        "peppol.enrol",
    } <= owners
    assert all(GRANTS[key].needs == ("owner",) for key in owners)


def test_every_change_to_a_bank_needs_a_seat_too():
    changes = {"create", "update_iban", "update_details", "delete", "create_inline"}
    keys = {f"bank.{name}" for name in changes}
    assert needing("invoicing.edit_banks") == keys == needing("seated")


def test_an_action_across_modules_needs_both():
    across = {
        key: grant.needs
        for key, grant in GRANTS.items()
        if key.endswith("generate_invoice")
    }
    assert len(across) == 5
    assert all(
        "invoicing.create_edit" in needs and len(needs) == 2
        for needs in across.values()
    )


def test_everything_one_may_only_look_at_runs_on_a_view():
    looks = (
        "list",
        "view",
        "search",
        "print",
        "export",
        "download_pdf",
        "download_xml",
    )
    services = {GRANTS[a.key].service for a in RELEASE.catalogue if a.name in looks}
    assert {service.split(":")[1] for service in services} == {"view"}


def test_every_label_stands_in_both_languages():
    for action in RELEASE.catalogue:
        assert action.label("it")
        assert action.label("en")[0].isupper(), action.key
        assert not action.label("en").endswith("."), action.key
