"""Trains what kind of message a text is, and what a second question asks for: `make model`. Rule: no development line is ever read here."""

from __future__ import annotations

import sys

from benchmarks.models import write
from benchmarks.talk import acts, follow

if __name__ == "__main__":
    sys.exit(write(acts.train) or write(follow.train))
