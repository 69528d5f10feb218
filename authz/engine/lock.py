"""The one process-wide lock behind which casbin is called and matchers are parsed.

Four threads on four separate enforcers raise spurious `SystemError`s on Python 3.11,
because each enforce parses the matcher anew.

A thread that holds it may take it again: what casbin calls back (a watcher, a function
of a matcher) may ask or change an enforcer too.
"""

from threading import RLock

CASBIN_LOCK = RLock()
