"""Browsers of each role."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_user, signed_in
from tests.webapp.panel.browsing import Browser


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    """The owner's browser."""
    return signed_in(app, company.owner_name)


@pytest.fixture
def browser(app: Flask, company: Company) -> Browser:
    """A browser of a user with these permissions."""

    def build(*permissions: str) -> FlaskClient:
        return signed_in(app, a_user(app, company, *permissions)[1])

    return build
