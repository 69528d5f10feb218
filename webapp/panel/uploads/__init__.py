"""Files that come in: own invoices to drafts, received ones to the archive."""

from webapp.panel.uploads.views import blueprint

__all__ = ["blueprint"]
