"""Sign-in, sign-out, passwords, one-time links, one's own profile."""

from webapp.signin import (
    delegate_views,
    operator_views,
    password_views,
    profile_views,
)
from webapp.signin.views import blueprint

__all__ = [
    "blueprint",
    "delegate_views",
    "operator_views",
    "password_views",
    "profile_views",
]
