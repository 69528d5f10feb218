"""Banks: where the company's money arrives."""

from webapp.panel.banks.views import blueprint

__all__ = ["blueprint"]
