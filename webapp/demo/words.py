"""What `delega demo` says when it is ready."""

from webapp.demo.data import People

_TEXT = """
Delega is ready: {url}

Who can sign in (new passwords at every start):
{logins}

Three things to try:
  1. Sign in as martabellandi: Impostazioni > Utenti aggiuntivi > Permessi of Anna Ricci.
     Tick «Invio a SdI» and read on the right what she will be able to do. Save.
  2. In another browser sign in as annaricci26: her drafts now have «Invia a SdI». Take it
     away again as Marta: Anna's next click is refused.
  3. Create a user with an activation link and read the mail at {url}/demo/mail

A decision, as another service asks for it:

  curl -s {url}/access/v1/evaluation \\
    -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -d '{{
      "subject": {{"type": "user", "id": "{user}"}},
      "action": {{"name": "create"}},
      "resource": {{"type": "draft", "id": "new"}},
      "context": {{"account": "{account}"}}}}'

  answers {{"decision":true}}; with "send" in place of "create" it is false, with the reason.

Demo data on this machine alone. Ctrl-C stops it.
"""


def welcome(people: People, url: str) -> str:
    """Address, people, three things to try, a decision with its expected answer."""
    width = max(len(login.user_name) for login in people.logins)
    widest = max(len(login.password) for login in people.logins)
    logins = "\n".join(
        f"  {login.user_name:<{width}}  {login.password:<{widest}}  {login.who}"
        for login in people.logins
    )
    return _TEXT.format(
        url=url,
        logins=logins,
        key=people.key,
        user=people.user,
        account=people.account,
    )
