"""Load: wrk where it is installed, else a small client of our own."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

WRK = shutil.which("wrk")
NO_WRK = "wrk is not here (apt-get install wrk): a slower client of our own asks"
#: Seconds that an answer may take; a machine that does much else is no fault.
PATIENCE = 60
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_TIME = r"([\d.]+)(us|ms|s|m)"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What every connection asks, one body after the other, again and again.

    Attributes:
        decisions: how many one request asks for.
        record: replaced in each body by a number that never comes again, which
            stands in a header of its own, too: what real clients send.
    """

    path: str
    bodies: Sequence[bytes]
    key: str = ""
    decisions: int = 1
    record: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """All but the host and the length."""
        found = {"Content-Type": "application/json"}
        return found | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def raw(self) -> list[bytes]:
        """As it goes over the wire."""
        return [self._raw(body) for body in self.bodies]

    def stream(self) -> Iterator[bytes]:
        """The same again and again; with `record`, none of them twice."""
        if not self.record:
            yield from cycle(self.raw())
        for asked, body in enumerate(cycle(self.bodies)):
            about = body.replace(self.record.encode(), b'"r_%d"' % asked, 1)
            yield self._raw(about, f"traceparent: 00-{asked:032x}-{asked:016x}-01")

    def _raw(self, body: bytes, *more: str) -> bytes:
        fields = [f"POST {self.path} HTTP/1.1", "Host: 127.0.0.1", *more]
        fields += [f"{name}: {text}" for name, text in self.headers.items()]
        fields.append(f"Content-Length: {len(body)}")
        return "\r\n".join(fields).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the clients saw; times in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int


def with_wrk(port: int, load: Load, *, connections: int, seconds: int) -> Seen:
    """Ask with so many connections for so long."""
    assert WRK is not None
    how = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{PATIENCE}s"]
    command = [WRK, *how, "--latency", "-s"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(load))
        script.flush()
        done = subprocess.run(  # noqa: S603  (ourselves)
            [*command, script.name, f"http://127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            check=True,
        )
    if done.stderr:  # a script that it does not understand is left out, and it goes on
        raise SystemExit(f"wrk says {done.stderr}")
    return read(done.stdout)


def read(said: str) -> Seen:
    """What wrk printed."""
    total = re.search(rf"(\d+) requests in {_TIME}", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    torn = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    assert total is not None, said
    return Seen(
        requests=int(total[1]),
        seconds=float(total[2]) * _UNITS[total[3]],
        p50=_quantile(said, "50%"),
        p99=_quantile(said, "99%"),
        failed=(int(bad[1]) if bad else 0)
        + sum(map(int, torn.groups() if torn else ())),
    )


def _quantile(said: str, name: str) -> float:
    found = re.search(rf"{name}\s+{_TIME}", said)
    assert found is not None, said
    return float(found[1]) * _UNITS[found[2]]


def _script(load: Load) -> str:
    """Requests are made once, so that the client has little to do."""
    headers = ", ".join(f"[ {_lua(n)} ] = {_lua(t)}" for n, t in load.headers.items())
    bodies = ",\n".join(_lua(body.decode()) for body in load.bodies)
    return f"""
local bodies, made, at = {{{bodies}}}, {{}}, 0
init = function(args)
  wrk.headers = {{["Host"] = wrk.headers["Host"], {headers}}}
  for place, body in ipairs(bodies) do
    made[place] = wrk.format("POST", {_lua(load.path)}, wrk.headers, body)
  end
end
request = function()
  at = at % #made + 1
  return made[at]
end
{_ever_new(load) if load.record else ""}"""


def _ever_new(load: Load) -> str:
    """The client has more to do; whose processor that is, is told apart."""
    return f"""
local asked = 0
request = function()
  asked = asked + 1
  at = at % #bodies + 1
  local body = bodies[at]:gsub({_lua(load.record)}, '"r_' .. asked .. '"', 1)
  wrk.headers["traceparent"] = string.format("00-%032x-%016x-01", asked, asked)
  return wrk.format("POST", {_lua(load.path)}, wrk.headers, body)
end
"""


def _lua(text: str) -> str:
    assert "]==]" not in text
    return f"[==[{text}]==]"
