"""Sets logging up, for each role. Invariant: no library writes tokens, values or chat frames into the log."""

from __future__ import annotations

import logging

# libraries whose DEBUG lines hold addresses with the token, SQL with its values, or whole chat frames
CHATTY = (
    *("aiogram", "aiohttp", "aiosqlite", "alembic", "asyncio", "asyncpg", "httpcore", "httpx", "multipart"),
    *("python_multipart", "sqlalchemy", "telegram", "uvicorn", "websockets"),
)


def set_up(level: str) -> None:
    """Log to stderr from `level` on."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
