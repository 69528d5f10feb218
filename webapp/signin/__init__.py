"""Sign-in, sign-out, passwords, one-time links."""

from webapp.signin.views import blueprint

__all__ = ["blueprint"]
