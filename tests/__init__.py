"""Tests read the machine's certificates once a process, not once a bot: 50 ms each. Covered lines are counted once, too."""

import ssl
import sys
from functools import cache

ssl.create_default_context = cache(ssl.create_default_context)

# the counter does not tell the workers that a line which was met need not be counted again (`immediate`, pyproject.toml)
if (_counter := getattr(sys.modules.get("slipcover.pytest_plugin"), "_slipcover_instance", None)) is not None:
    _counter.immediate = True
