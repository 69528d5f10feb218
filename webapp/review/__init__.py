"""Looking at decisions: why somebody may or may not, with the path drawn."""

from webapp.review.views import blueprint

__all__ = ["blueprint"]
