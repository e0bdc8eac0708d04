"""Every table on one page. Rule: rows never leave this folder; functions take a connection and give frozen values."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Times are seconds since 1970, UTC, as floats: the same on both databases, and no time zone to get wrong.
# An address is "door:account": "telegram:42", "web:9f…", "terminal:local".

conversations = Table(
    "conversations",
    metadata,
    Column("address", String(120), primary_key=True),
    Column("place", Text, nullable=False),  # JSON: flow, step, trail, options, misses; nothing a person typed
    Column("answers", LargeBinary, nullable=True),  # sealed JSON: what the person typed in the flow under way
    Column("person", String(32), nullable=True, index=True),
    Column("said", Integer, nullable=False),  # number of the newest reply
    Column("turns", Integer, nullable=False),
    Column(
        "clock", Float, nullable=False
    ),  # seconds this person's clock was moved by; tests and the terminal
    Column("at", Float, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("address", String(120), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("at", Float, nullable=False, index=True),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("door", String(20), nullable=False),
    Column("key", String(80), nullable=False),
    Column("why", String(200), nullable=False),
    Column("shape", Text, nullable=False),  # names of fields and sizes; never what was in them
    Column("at", Float, nullable=False),
    UniqueConstraint("door", "key"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", String(10), nullable=False),  # reply, otp, officer, reminder, notice
    Column("door", String(20), nullable=False),
    Column("address", String(120), nullable=False),
    Column("number", Integer, nullable=True),  # of a reply within its conversation
    Column("body", Text, nullable=False),  # JSON; "" once sent
    Column("sealed", LargeBinary, nullable=True),  # ciphertext, for the otp lane; NULL once sent or expired
    Column(
        "state", String(10), nullable=False
    ),  # pending, leased, sent, blocked, failed, in_doubt, withdrawn
    Column("holder", String(32), nullable=False),  # process that leased it, "" for none
    Column("fence", Integer, nullable=False),  # grows with each lease: a stale holder's mark is refused
    Column("leased_until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("expires", Float, nullable=True),
    Column("at", Float, nullable=False),
    Column("sent_at", Float, nullable=True),
    UniqueConstraint("address", "number"),
)
Index(
    "ix_outbox_waiting",
    outbox.c.door,
    outbox.c.lane,
    outbox.c.due,
    sqlite_where=outbox.c.state.in_(("pending", "leased")),
    postgresql_where=outbox.c.state.in_(("pending", "leased")),
)

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("phone_key", String(64), nullable=True, index=True),  # keyed hash of a proven phone
    Column("proven_at", Float, nullable=True),
    Column("at", Float, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(32), nullable=False, index=True),
    Column("purpose", String(20), nullable=False),
    Column("wording", Text, nullable=False),
    Column("door", String(20), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", Float, nullable=False),
)

registry = Table(
    "registry",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("folded", String(80), nullable=False, index=True),
    Column("sex", String(1), nullable=False),
    Column(
        "born", String(10), nullable=False, index=True
    ),  # dd/mm/yyyy, or yyyy where only the year is known
    Column("year", Integer, nullable=False, index=True),
    Column("id_key", String(64), nullable=True, index=True),  # keyed hash; ID numbers are never stored
    Column("phone_key", String(64), nullable=True, index=True),
    Column("phone", LargeBinary, nullable=True),  # sealed
    Column("province", String(2), nullable=False),
    Column("household", String(10), nullable=False),
    Column("commune", String(80), nullable=False),
    Column("unit", String(80), nullable=False),
)

cases = Table(  # one look-up waiting for proof
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("address", String(120), nullable=False),
    Column("codes", Text, nullable=False),  # JSON: the records it fits, none or several too
    Column(
        "account_key", String(64), nullable=False
    ),  # what limits are counted on; there is one for nobody too
    Column("phone_key", String(64), nullable=False),
    Column("at", Float, nullable=False, index=True),
)

otps = Table(
    "otps",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False, index=True),
    Column("account_key", String(64), nullable=False, index=True),
    Column("phone_key", String(64), nullable=False, index=True),
    Column("mac", String(64), nullable=False),  # keyed hash of id and code
    Column("tries", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("until", Float, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

otp_failures = Table(
    "otp_failures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_key", String(64), nullable=False, index=True),
    Column("phone_key", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False, index=True),
)

secure_pages = Table(
    "secure_pages",
    metadata,
    Column("token_key", String(64), primary_key=True),  # hash of the token in the link
    Column("address", String(120), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("code_until", Float, nullable=False),
    Column("until", Float, nullable=False),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("who", String(12), nullable=False),
    Column("platform", String(10), nullable=False),
    Column("code_known", Boolean, nullable=False),
    Column("named", LargeBinary, nullable=True),  # sealed JSON: name, code
    Column("started", Float, nullable=False),
    Column("at", Float, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("item", String(24), primary_key=True),
    Column("at", Float, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("who", String(120), nullable=False, index=True),
    Column("what", String(20), nullable=False),
    Column("whose", String(64), nullable=False),  # keyed hash, never a code
    Column("outcome", String(20), nullable=False),
)

office_facts = Table(  # small facts about this installation: is it a demo, the polling offset
    "office_facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
