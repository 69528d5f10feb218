"""The client of the decision API, for other services; nothing but Python is needed."""

import logging
import ssl
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

from authz.client.address import read_address, trusted
from authz.client.answers import (
    SEMANTICS,
    Decision,
    decision,
    decisions,
    read_object,
)
from authz.client.asking import Asking, Newest
from authz.client.channel import Channel
from authz.client.clock import Timeouts
from authz.client.errors import (
    BadRequestError,
    ClientError,
    RefusedError,
    SettingsError,
)
from authz.client.pool import Pool
from authz.client.questions import (
    Act,
    Context,
    Entity,
    Question,
    action_of,
    evaluation,
    resource_of,
    subject_of,
    with_context,
    written,
)
from authz.client.replica import Replicas
from authz.client.search import Search
from authz.client.wire import open_wire

_log = logging.getLogger("authz.client")


class Client:
    """Asks Delega; one for a process, safe on every thread and after a fork.

    A subject is a user's id, a resource its kind; each may also be a pair (type, id), or
    a mapping as AuthZEN has it.
    """

    def __init__(  # noqa: PLR0913  (each stands alone, by its name)
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float | Timeouts = 3.0,
        connections: int = 10,
        tls: ssl.SSLContext | None = None,
        plain_http: bool = False,
        remember: bool = False,
        replica: bool = False,
    ) -> None:
        """Nothing is sent yet.

        Args:
            url: `https://host`, or one account's own: `https://host/a/a_…`.
            key: `dlg_live_…`, or what `delega serve --key` was given; none is sent
                without, as to a folder that is served on this machine alone.
            timeout: seconds for a call with its further tries, or each of the three.
            connections: kept open at most.
            tls: for an authority or a certificate of your own; it must check names.
            plain_http: talk over http with another host, and show the key to whoever
                is on the way.
            remember: demand of every answer the newest revision seen in any. After the
                service's database was restored from a copy, begin with a new client.
            replica: decide from a local replica where one can: see `replica()`.

        Raises:
            SettingsError: says which of them can not be.
        """
        if connections < 1:
            raise SettingsError("a client needs one connection or more")
        times = timeout if isinstance(timeout, Timeouts) else Timeouts(whole=timeout)
        address = read_address(url, plain_http=plain_http)
        context = trusted(tls) if address.tls else None
        pool = Pool(
            lambda deadline: open_wire(address, context, times, deadline), connections
        )
        self._replicas = Replicas()
        self._asking = Asking(
            channel=Channel(address, key, pool, times),
            newest=Newest(remember=remember),
            account=address.account,
            replica=replica,
        )

    def __repr__(self) -> str:  # type: ignore[explicit-override]
        address = self._asking.channel.address
        return f"Client({address.authority!r}, account={self._asking.account!r})"

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use, of all views of this client."""
        self._asking.channel.close()

    def for_account(self, account: str) -> "Client":
        """The same client, asking about that account alone."""
        return self._with(account=account)

    def at_least(self, revision: int) -> "Client":
        """The same client, taking no answer older than that: your own change's."""
        return self._with(revision=revision)

    def traced_as(self, request_id: str) -> "Client":
        """The same client, sending that `X-Request-ID`: of the request you answer."""
        return self._with(request_id=request_id)

    def replica(self, account: str) -> "Client":
        """The same client, deciding from a local replica of that account.

        Needs a key of scope `policy:read`. Its decisions are up to 5 seconds old:
        `decision.fresh` is False. Whatever it can not tell is asked of the service, and
        so are batches and searches.
        """
        return self._with(account=account, replica=True)

    @property
    def revision(self) -> int:
        """The newest revision that an answer named; 0 when none did yet."""
        return self._asking.newest.revision

    def allowed(
        self,
        subject: Entity,
        action: Act,
        resource: Entity,
        context: Context = None,
    ) -> bool:
        """Whether it is allowed; False too when that can not be told, which is logged."""
        try:
            return self.decide(subject, action, resource, context).allowed
        except (BadRequestError, RefusedError) as error:
            _log.error("refused without an answer: %s", error)
        except ClientError as error:
            _log.warning("refused without an answer: %s", error)
        return False

    def decide(
        self,
        subject: Entity,
        action: Act,
        resource: Entity,
        context: Context = None,
    ) -> Decision:
        """The decision.

        Raises:
            ClientError: there is none; which of them says why.
        """
        question = evaluation(Question(subject, action, resource, context))
        if self._asking.replica:
            found = self._replicas.decide(self._asking, question)
            if found is not None:
                return found
        return self._asking.post(
            "/access/v1/evaluation",
            written(question),
            lambda answer, stamp: decision(read_object(answer), stamp),
        )

    def decide_many(
        self, questions: Sequence[Question], *, semantic: str = "execute_all"
    ) -> list[Decision]:
        """The decisions, in the order of the questions.

        Args:
            questions: a thousand at most, in one request.
            semantic: `execute_all`; `deny_on_first_deny` or `permit_on_first_permit`
                end with the first such answer, which is the last of the list.

        Raises:
            ClientError: there is none; which of them says why. A single question that
                could not be answered is a refusal with `error` in its context.
        """
        if semantic not in SEMANTICS:
            raise BadRequestError(f"a semantic is one of {', '.join(SEMANTICS)}")
        items = [evaluation(Question(*question)) for question in questions]
        if not items:
            return []  # the standard takes an empty batch for a single question
        body = {"evaluations": items, "options": {"evaluations_semantic": semantic}}
        return self._asking.post(
            "/access/v1/evaluations",
            written(body),
            lambda answer, stamp: decisions(
                read_object(answer), stamp, len(items), semantic
            ),
        )

    def search_subjects(
        self,
        action: Act,
        resource: Entity,
        *,
        kind: str = "user",
        context: Context = None,
        limit: int | None = None,
    ) -> Search:
        """Who may do that to that resource: ids, or names for the kind `user_name`."""
        body = {
            "subject": {"type": kind},
            "action": action_of(action),
            "resource": resource_of(resource),
        }
        return self._search("subject", with_context(body, context), kind, limit)

    def search_resources(
        self,
        subject: Entity,
        action: Act,
        kind: str,
        *,
        context: Context = None,
        limit: int | None = None,
    ) -> Search:
        """Which resources of that kind it may do that to; `*` stands for all."""
        body = {
            "subject": subject_of(subject),
            "action": action_of(action),
            "resource": {"type": kind},
        }
        return self._search("resource", with_context(body, context), kind, limit)

    def search_actions(
        self,
        subject: Entity,
        resource: Entity,
        *,
        context: Context = None,
        limit: int | None = None,
    ) -> Search:
        """What it may do to that resource: names of actions."""
        body = {"subject": subject_of(subject), "resource": resource_of(resource)}
        return self._search("action", with_context(body, context), None, limit)

    def _search(
        self, what: str, body: dict[str, Any], kind: str | None, limit: int | None
    ) -> Search:
        return Search(self._asking, f"/access/v1/search/{what}", body, kind, limit)

    def _with(self, **changes: Any) -> "Client":
        """A view: what is not changed, the connections too, is shared."""
        view = object.__new__(type(self))
        view._replicas = self._replicas
        view._asking = replace(self._asking, **changes)
        return view
