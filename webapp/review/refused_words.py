"""Changes that were asked for and refused, in words: which act, and why not."""

from flask_babel import lazy_gettext as _l

from authz import Decision, Reason
from webapp.changes import Kind
from webapp.i18n import language

#: What can be asked for, in the order of the filter, and be refused.
ACTS = {
    "subuser.create": Kind(_l("Create user"), _l("Create a user")),
    "subuser.update_permissions": Kind(
        _l("Change permissions"), _l("Change the permissions of %(name)s")
    ),
    "subuser.suspend": Kind(_l("Suspend"), _l("Suspend %(name)s")),
    "subuser.delete": Kind(_l("Remove"), _l("Remove %(name)s")),
    "subuser.reset_password": Kind(
        _l("New temporary password"), _l("Give %(name)s a temporary password")
    ),
    "seat.buy": Kind(_l("Add seats or modules"), _l("Add seats or modules")),
    "seat.reduce": Kind(_l("Fewer seats"), _l("Renew fewer seats")),
    "service.renew": Kind(_l("Renew the service"), _l("Renew the service")),
    "module.disable": Kind(_l("Do not renew"), _l("Change what is renewed")),
    "order.pay": Kind(_l("Payment of an order"), _l("Register a payment")),
    "credential.create": Kind(_l("Key of a service"), _l("Create a key for a service")),
    "credential.rotate": Kind(
        _l("New secret for the key of a service"),
        _l("Change the secret of the key %(name)s"),
    ),
    "credential.revoke": Kind(
        _l("Restrict or revoke a key"), _l("Restrict or revoke the key %(name)s")
    ),
}
#: Why, where it is no reason of a decision.
OBSTACLES = {
    "bad_form": _l("The form held what it does not offer."),
    "not_there": _l("There is no such user, key or order here."),
    "stale_version": _l("Somebody had changed it in the meantime."),
    "too_many_attempts": _l("There were too many attempts."),
    "no_free_seat": _l("There was no free seat."),
    "name_taken": _l("The user name was not available."),
    "illegal_set": _l("A permission lacked another one that it needs."),
    "below_users": _l("There are more users than the seats asked for."),
    "order_waits": _l("Another order was waiting for its payment."),
    "order_paid": _l("The order was paid already."),
    "order_cancelled": _l("The order had been cancelled."),
    "order_lapsed": _l("The order was not paid in time."),
    "wrong_amount": _l("The amount was not that of the order."),
    "too_many_keys": _l("There were too many keys already."),
    "unfit_person": _l("The name or the e-mail can not be."),
    "unknown_name": _l("A name is not known."),
}


def obstacle(code: str) -> str:
    """Why it was refused, in one sentence; the code when it has none."""
    if code in set(Reason):
        return Decision(allowed=False, reason=Reason(code), revision=0).text(language())
    return str(OBSTACLES.get(code, code))


def act_label(act: str) -> str:
    """An act by its name; its code when it has none."""
    return str(ACTS[act].label) if act in ACTS else act


def act_sentence(act: str, name: str) -> str:
    """What was asked for, of whom where the act is about somebody."""
    if act not in ACTS or not name:
        return act_label(act)
    return str(ACTS[act].sentence) % {"name": name}
