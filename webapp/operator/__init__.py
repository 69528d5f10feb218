"""Pages of whoever runs Delega: payments to register. No account is theirs."""

from webapp.operator.views import blueprint, init_app

__all__ = ["blueprint", "init_app"]
