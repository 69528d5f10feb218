"""The demo: throwaway companies on loopback, and a page with the outgoing mail."""

from webapp.demo.views import blueprint

__all__ = ["blueprint"]
