"""Drafts: invoices that are typed or uploaded here and not sent yet."""

from webapp.panel.drafts.compose import blueprint as compose
from webapp.panel.drafts.views import blueprint as drafts

BLUEPRINTS = (compose, drafts)

__all__ = ["BLUEPRINTS"]
