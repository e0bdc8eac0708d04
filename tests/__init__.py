"""Tests import aiogram as the product does, and read the machine's certificates once a process, not once a bot: 50 ms each."""

import ssl
from functools import cache

from handlers.telegram import quick_start

quick_start.prepare()
ssl.create_default_context = cache(ssl.create_default_context)
