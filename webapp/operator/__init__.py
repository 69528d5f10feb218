"""Pages of whoever runs Delega: payments to register. No account is theirs."""

from flask import Blueprint

blueprint = Blueprint("operator", __name__)

__all__ = ["blueprint"]
