"""The one process-wide lock behind which casbin is called and matchers are parsed.

Four threads on four separate enforcers raise spurious `SystemError`s on Python 3.11,
because each enforce parses the matcher anew.
"""

from threading import Lock

CASBIN_LOCK = Lock()
