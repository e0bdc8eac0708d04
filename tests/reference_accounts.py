"""A server that keeps docs/accounts-api.yaml, for tests; standard library only, so that it starts at once after each kill.

`python -m tests.reference_accounts FILE PORT`. FILE is its SQLite database. Beside it lies a table of faults: at which point of which
request it ends itself as a power cut would: before (nothing written), inside (written, not committed), after (committed,
not answered). Rule: `times` counts how often a password was really put in force.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import unicodedata
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS accounts (code TEXT PRIMARY KEY, phone TEXT, password TEXT);
CREATE TABLE IF NOT EXISTS changes (id TEXT PRIMARY KEY, code TEXT, password TEXT, state TEXT, times INTEGER DEFAULT 0);
"""


def opened(path: str) -> sqlite3.Connection:
    """The server's database; synchronous, so that a kill loses nothing that was committed."""
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    db.executescript(TABLES)
    return db


class Handler(BaseHTTPRequestHandler):
    db: sqlite3.Connection

    def do_PUT(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        row = self.db.execute(
            "SELECT phone, password FROM accounts WHERE code = ?", (given["account"],)
        ).fetchone()
        old = given.get("old_password")
        if row is None or (old is not None and _nfc(old) != row[1]):
            self._say({"outcome": "wrong"})
        elif old is not None and _nfc(given["new_password"]) == row[1]:
            self._say({"outcome": "same"})
        else:
            self._die("PUT", "before")
            self.db.execute(
                "INSERT INTO changes (id, code, password, state) VALUES (?, ?, ?, 'prepared')"
                " ON CONFLICT (id) DO UPDATE SET password = excluded.password WHERE state = 'prepared'",
                (self._id, given["account"], _nfc(given["new_password"])),
            )
            self._die("PUT", "after")
            self._say({"outcome": "ready", "phone": row[0]})

    def do_GET(self) -> None:
        if self.path.startswith("/v1/accounts/"):
            found = self.db.execute("SELECT 1 FROM accounts WHERE code = ?", (self._id,)).fetchone()
            self._say({"state": "open" if found else "none"})
            return
        row = self.db.execute("SELECT state FROM changes WHERE id = ?", (self._id,)).fetchone()
        self._say({"state": row[0] if row else "none"})

    def do_POST(self) -> None:
        self._die("POST", "before")
        self.db.execute("BEGIN IMMEDIATE")
        row = self.db.execute(
            "SELECT code, password, state FROM changes WHERE id = ?", (self._id,)
        ).fetchone()
        if row is not None and row[2] == "prepared":
            self.db.execute("UPDATE accounts SET password = ? WHERE code = ?", (row[1], row[0]))
            self.db.execute("UPDATE changes SET state = 'done', times = times + 1 WHERE id = ?", (self._id,))
            self.db.execute(
                "UPDATE changes SET state = 'refused' WHERE code = ? AND state = 'prepared'", (row[0],)
            )
        self._die("POST", "inside")
        self.db.execute("COMMIT")
        self._die("POST", "after")
        self.do_GET()

    @property
    def _id(self) -> str:
        return self.path.split("/")[3]

    def _die(self, request: str, point: str) -> None:
        """End as a power cut does, where this is asked for; once."""
        plan = sqlite3.connect(self.db.execute("PRAGMA database_list").fetchone()[2] + ".faults")
        with plan:
            plan.execute("CREATE TABLE IF NOT EXISTS faults (request TEXT, point TEXT)")
            gone = plan.execute("DELETE FROM faults WHERE request = ? AND point = ?", (request, point))
        plan.close()
        if gone.rowcount:
            os.kill(os.getpid(), signal.SIGKILL)

    def _say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        """Passwords are never logged, nor is anything else."""


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def plan_fault(path: str, request: str, point: str) -> None:
    """The next such request ends the server at this point."""
    plan = sqlite3.connect(f"{path}.faults")
    with plan:
        plan.execute("CREATE TABLE IF NOT EXISTS faults (request TEXT, point TEXT)")
        plan.execute("INSERT INTO faults VALUES (?, ?)", (request, point))
    plan.close()


if __name__ == "__main__":
    Handler.db = opened(sys.argv[1])
    server = HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
    print("ready", flush=True)
    server.serve_forever()
