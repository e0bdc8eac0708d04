"""Tests read the machine's certificates once a process, not once a bot: 50 ms each."""

import ssl
from functools import cache

ssl.create_default_context = cache(ssl.create_default_context)
