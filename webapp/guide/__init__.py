"""The guide of the service: ten topics, each with a picture and the way to its page."""

from webapp.guide.views import blueprint

__all__ = ["blueprint"]
