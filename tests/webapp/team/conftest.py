"""The owner of the company under test, signed in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, signed_in


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)
