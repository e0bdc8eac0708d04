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
    false,
    true,
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
    Column(
        "place", Text, nullable=False
    ),  # JSON: flow, step, history, options, misses; nothing a person typed
    Column("answers", LargeBinary, nullable=True),  # sealed JSON: what the person typed in the flow under way
    Column("person", String(32), nullable=True, index=True),
    Column(
        "owner", String(10), nullable=False, server_default="bot"
    ),  # bot, officer or nobody: who may speak
    Column("ticket", String(32), nullable=True),  # the open ticket, if any
    Column(
        "blocked_at", Float, nullable=True
    ),  # the channel refused: nothing proactive until the person writes
    Column(
        "heard_at", Float, nullable=True
    ),  # when the person last did something; some channels count from it
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
    Column(
        "secret", Boolean, nullable=False, server_default=false()
    ),  # it held one: whoever sends it again is told to forget it
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
    Column("number", Integer, nullable=True),  # within its conversation, once a door without push may show it
    Column("campaign", String(32), nullable=True),  # whose notice this is; its words are the campaign's
    Column(
        "sealed", LargeBinary, nullable=True
    ),  # what it says, as ciphertext; NULL once sent or expired, and for notices that are pushed
    Column(
        "state", String(10), nullable=False
    ),  # pending, leased, sent, blocked, failed, in_doubt, withdrawn
    Column("holder", String(32), nullable=False),  # process that leased it, "" for none
    Column("fence", Integer, nullable=False),  # grows with each lease: a stale holder's mark is refused
    Column("leased_until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column(
        "answer", String(80), nullable=False, server_default=""
    ),  # what the channel said last; no personal data
    Column("due", Float, nullable=False),
    Column("expires", Float, nullable=True),
    Column("at", Float, nullable=False),
    Column("sent_at", Float, nullable=True),
    UniqueConstraint("address", "number"),
    UniqueConstraint("campaign", "address"),
)
Index(
    "ix_outbox_campaign_state",
    outbox.c.campaign,
    outbox.c.state,
    outbox.c.id,
    sqlite_where=outbox.c.campaign.is_not(None),
    postgresql_where=outbox.c.campaign.is_not(None),
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
    Column("shares", Boolean, nullable=False, server_default=false()),  # said that the phone is their own
    Column("unit_reminded_at", Float, nullable=True),  # when a unit's contact last had them reminded
    Column("at", Float, nullable=False),
)

units = Table(  # employers whose contact wants to see how far the employees are
    "units",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), nullable=False, index=True),  # the contact
    Column("code_key", String(64), nullable=False, unique=True),  # keyed hash of the code in the link
    Column("sealed", LargeBinary, nullable=False),  # sealed JSON: name, kind, code
    Column("at", Float, nullable=False),
)

unit_employees = Table(  # who agreed that the contact of a unit sees their step
    "unit_employees",
    metadata,
    Column("unit", String(32), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # sealed JSON: name, code, as they told them
    Column("silent", Boolean, nullable=False, server_default=false()),  # wants no reminder from the unit
    Column("due", Float, nullable=True),  # a reminder waits to be said since; NULL: none
    Column("at", Float, nullable=False),
    Index("ix_unit_employees_person", "person"),
)
Index(
    "ix_unit_employees_due",
    unit_employees.c.due,
    sqlite_where=unit_employees.c.due.is_not(None),
    postgresql_where=unit_employees.c.due.is_not(None),
)

posters = Table(  # QR posters of a place; nobody's: it is public where it hangs
    "posters",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("kind", String(10), nullable=False),  # commune, unit, counter, event
    Column("name", String(120), nullable=False),
    Column("commune", String(80), nullable=False),  # of places.yaml, "" for none
    Column("at", Float, nullable=False),
    Column("retired_at", Float, nullable=True),  # it says nothing any more
)

tallies = Table(  # how often something was, a number a month; nobody's
    "tallies",
    metadata,
    Column("fact", String(10), primary_key=True),  # arrival, material
    Column("name", String(40), primary_key=True),  # code of the poster, id of the material
    Column("channel", String(12), primary_key=True),
    Column("at", Float, primary_key=True),  # the first second of the month, in Vietnam
    Column("count", Integer, nullable=False),
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
    Column("name", String(80), nullable=False),  # as entered
    Column("name_id", Integer, nullable=False),  # names.id
    Column("sex", String(1), nullable=False),
    Column("born", String(10), nullable=False),  # dd/mm/yyyy, yyyy where only the year is known, "" unknown
    Column("year", Integer, nullable=False),  # 0 unknown
    Column("id_key", LargeBinary, nullable=True, index=True),  # keyed hash; ID numbers are never stored
    Column("phone_key", String(64), nullable=True),  # keyed hash
    Column("phone", LargeBinary, nullable=True),  # sealed
    Column("province", String(2), nullable=False),
    Column("household", String(10), nullable=False),
    Column("commune", String(80), nullable=False),
    Column("unit", String(80), nullable=False),
    Column(
        "digest", LargeBinary, nullable=False
    ),  # keyed hash of the row as imported: unchanged rows are not written
    Column(
        "seen", Integer, nullable=False
    ),  # the import (imports.id) that had this person last, 0 none; negative: that import had a row it could not take
    Index("ix_registry_born_name_id", "born", "name_id"),
    Index("ix_registry_name_id_year", "name_id", "year"),
    Index("ix_registry_year_name_id", "year", "name_id"),
)

names = Table(  # every name of the registry once, with its marks: what a search compares
    "names",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False, unique=True),  # lower case, NFC, one space between words
)

name_index = (
    Table(  # the names packed for searching, in parts; names above the last `upto` are read one by one
        "name_index",
        metadata,
        Column("part", Integer, primary_key=True, autoincrement=False),
        Column("upto", Integer, nullable=False),  # the highest names.id in this part
        Column("body", LargeBinary, nullable=False),
    )
)

imports = Table(  # one reading of a file into the registry
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("file", String(120), nullable=False),  # its name without its folder
    Column(
        "digest", String(64), nullable=False, index=True
    ),  # of its bytes: the same file goes on where it stopped
    Column("state", String(10), nullable=False),  # running, done
    Column("row", Integer, nullable=False),  # rows of the file dealt with
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("ended_at", Float, nullable=True),
    Column("unread", Integer, nullable=False, server_default="0"),  # sheets that were not read
)

removed = Table(  # people taken out of the registry as gone: sealed, to be brought back for some days
    "removed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, nullable=False, index=True),  # the import in which they were gone
    Column("at", Float, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # sealed: the row of the registry
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
    Column(
        "question_key", String(64), nullable=False, server_default=""
    ),  # keyed hash of conversation, name and fact: what limits that are told are counted on
    Column("at", Float, nullable=False, index=True),
)

otps = Table(
    "otps",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False, index=True),
    Column("account_key", String(64), nullable=False, index=True),
    Column("phone_key", String(64), nullable=False, index=True),
    Column("question_key", String(64), nullable=False, server_default="", index=True),
    Column("mac", String(64), nullable=False),  # keyed hash of id and code; "" for a code that opens nothing
    Column("tries", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("until", Float, nullable=False),
    Column("message", BigInteger, nullable=True, index=True),  # the outbox row that carries it
    Column("at", Float, nullable=False, index=True),
)

otp_failures = Table(
    "otp_failures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_key", String(64), nullable=False, index=True),
    Column("phone_key", String(64), nullable=False, index=True),
    Column("question_key", String(64), nullable=False, server_default="", index=True),
    Column("source_key", String(64), nullable=False, server_default=""),  # keyed hash of who typed it
    Column("at", Float, nullable=False, index=True),
)

failures_in_a_row = (
    Table(  # wrong codes of a record since the last right one; only success or the office ends the row
        "failures_in_a_row",
        metadata,
        Column("account_key", String(64), primary_key=True),
        Column("count", Integer, nullable=False),
    )
)

budget_uses = Table(  # what was taken of what is scarce; wiped after a day
    "budget_uses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("what", String(12), nullable=False),
    Column("who", String(120), nullable=False),  # the conversation's address
    Column("source_key", String(64), nullable=False),  # keyed hash of the network block or account
    Column("at", Float, nullable=False),
    Index("ix_budget_uses_what_who_at", "what", "who", "at"),
    Index("ix_budget_uses_what_source_key_at", "what", "source_key", "at"),
    Index("ix_budget_uses_what_at", "what", "at"),
)

secure_pages = Table(
    "secure_pages",
    metadata,
    Column("token_key", String(64), primary_key=True),  # hash of the token in the link
    Column("address", String(120), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("code_until", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("subject", String(32), nullable=False, server_default=""),  # the password change it is for
    Column("done", Boolean, nullable=False, server_default=false()),  # used: it says so until its time is up
)

papers = Table(
    "papers",
    metadata,
    Column("token_key", String(64), primary_key=True),  # hash of the token in the link
    Column("address", String(120), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),  # flows/paper.py as JSON
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False, index=True),
)

accounts = Table(  # the accounts of TROLY_ACCOUNTS=local
    "accounts",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("phone", LargeBinary, nullable=False),  # sealed
    Column("phone_key", String(64), nullable=False, index=True),  # keyed hash
    Column("password", String(200), nullable=False),  # argon2id, as a PHC string; "" for none yet
    Column("changed_at", Float, nullable=True),  # the password
    Column("phone_changed_at", Float, nullable=True),
    Column("at", Float, nullable=False),
)

prepared_passwords = Table(  # new passwords of local accounts that wait for their change to be carried out
    "prepared_passwords",
    metadata,
    Column("change_id", String(32), primary_key=True),
    Column("code", String(10), nullable=False),
    Column("password", String(200), nullable=False),  # argon2id; "" once it is carried out
    Column("done", Boolean, nullable=False, server_default=false()),
    Column("at", Float, nullable=False, index=True),
)

password_changes = Table(  # one change of a password on its way, whatever the backend
    "password_changes",
    metadata,
    Column("id", String(32), primary_key=True),  # of its case, too
    Column("address", String(120), nullable=False, index=True),
    Column("purpose", String(10), nullable=False),  # change, forgotten, counter
    Column("account_key", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=True),  # sealed JSON: code, phone; NULL once it is over
    Column("state", String(10), nullable=False),  # see data/accounts/changes.py
    Column("tries", Integer, nullable=False),  # old passwords that were compared
    Column("act", String(32), nullable=False, server_default=""),  # the form that was posted last
    Column("answer", LargeBinary, nullable=True),  # sealed JSON: what came of it, NULL while it is acted on
    Column("busy_until", Float, nullable=False, server_default="0"),  # somebody acts on a form until then
    Column("at", Float, nullable=False, index=True),
    Column("moved_at", Float, nullable=False),  # the server's clock, when the state last changed
    Column("look_at", Float, nullable=False, server_default="0"),  # when it is asked again what became of it
)

password_resets = Table(  # asked for at the counter by one officer, approved by another
    "password_resets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account_key", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=True),  # sealed JSON: code, phone; NULL once it is over
    Column("state", String(10), nullable=False),  # asked, approved, refused
    Column("why", String(20), nullable=False),  # which papers were seen
    Column("asked_by", String(32), nullable=False),
    Column("decided_by", String(32), nullable=True),
    Column("at", Float, nullable=False, index=True),
    Column("decided_at", Float, nullable=True),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), nullable=False, index=True),
    Column("who", String(12), nullable=False),  # "" while it was not told
    Column("platform", String(10), nullable=False),  # likewise
    Column("code_known", Boolean, nullable=False),
    Column("named", LargeBinary, nullable=True),  # sealed JSON: name, code, number, sent_on, label
    Column("stage", String(10), nullable=False, server_default="open"),  # open, handed_in, finished
    Column("reminds", Boolean, nullable=False, server_default=true()),  # "khỏi nhắc" was not said
    Column("started", Float, nullable=False),
    Column("at", Float, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("dossier", String(32), primary_key=True),
    Column("item", String(24), primary_key=True),
    Column("at", Float, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("dossier", String(32), primary_key=True),
    Column("due", Float, primary_key=True),
    Column("kind", String(6), nullable=False),  # day7, day9, last; later: asked for
    Column("state", String(10), nullable=False),  # waiting, said, withdrawn
    Column("row", BigInteger, nullable=True),  # the outbox row it became
)
Index(
    "ix_reminders_due",
    reminders.c.due,
    sqlite_where=reminders.c.state == "waiting",
    postgresql_where=reminders.c.state == "waiting",
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
    Column(
        "fields", String(120), nullable=False, server_default=""
    ),  # which fields were seen; never their values
    Column("why", String(200), nullable=False, server_default=""),
    Column(
        "link", String(64), nullable=False, server_default=""
    ),  # keyed hash over this row and the link before
)

Index("ix_audit_what", audit.c.what, audit.c.id)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),  # how commands and the audit call them
    Column("role", String(10), nullable=False),  # officer, admin or auditor
    Column("telegram", String(20), nullable=True),  # Telegram user id, for test notices
    Column(
        "display_name", String(60), nullable=True
    ),  # how people call them: "Lan"; never the name they sign in by
    Column("removed_at", Float, nullable=True),
    Column("at", Float, nullable=False),
)

staff_links = Table(  # one-time links for signing in
    "staff_links",
    metadata,
    Column("token_key", String(64), primary_key=True),  # hash of the token in the link
    Column("staff", String(32), nullable=False, index=True),
    Column("until", Float, nullable=False),
    Column("uses", Integer, nullable=False),  # how often it may still be confirmed; a demo link: very often
    Column("at", Float, nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("key", String(64), primary_key=True),  # hash of the cookie
    Column("staff", String(32), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people call it: "phiếu 12"
    Column("address", String(120), nullable=False, index=True),
    Column("person", String(32), nullable=True, index=True),
    Column("state", String(10), nullable=False, index=True),  # waiting, claiming, claimed, closed
    Column("officer", String(32), nullable=True),  # who claimed it
    Column("fence", Integer, nullable=False),  # grows with each change of owner
    Column("card", LargeBinary, nullable=True),  # sealed JSON: want, flow, step, failed, who (masked)
    Column("reason", String(20), nullable=False, server_default=""),  # why it was closed
    Column("opened_at", Float, nullable=False),
    Column("claimed_at", Float, nullable=True),  # by who has it now
    Column("closed_at", Float, nullable=True, index=True),
    Column("answered_at", Float, nullable=True),  # first words of an officer
    Column("waits_since", Float, nullable=True),  # of the person, for words of an officer; NULL: answered
    Column("officer_at", Float, nullable=True),  # last act of the officer who has it
    Column(
        "asked_at", Float, nullable=True
    ),  # the assistant asked the person something beside the officer, and nobody wrote since
    Column("warned_at", Float, nullable=True),  # the person was told that it will be closed
    Column(
        "escalated", Integer, nullable=False, server_default="0"
    ),  # clocks that were told to admins: 1 answer, 2 end
    Column("rating", Integer, nullable=True),  # 1..5
    Column("reopened", Integer, nullable=False, server_default="0"),  # how often
    Column("earlier", String(32), nullable=True),  # the same person's ticket before this one
)
Index(  # a conversation has one open ticket at most
    "uq_tickets_open",
    tickets.c.address,
    unique=True,
    sqlite_where=tickets.c.state != "closed",
    postgresql_where=tickets.c.state != "closed",
)

Index("ix_tickets_state_opened", tickets.c.state, tickets.c.opened_at)  # who waits longest
Index("ix_tickets_state_closed", tickets.c.state, tickets.c.closed_at)  # what was closed last
Index("ix_tickets_state_officer", tickets.c.state, tickets.c.officer)  # whose they are

desk_messages = Table(  # what was written in a ticket, by whomever
    "desk_messages",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(32), nullable=False),
    Column(
        "who", String(10), nullable=False
    ),  # citizen, officer, bot, withdrawn (a reply of the bot), note, told
    Column("staff", String(32), nullable=True),
    Column("words", LargeBinary, nullable=True),  # sealed JSON: text
    Column("row", BigInteger, nullable=True),  # the outbox row that carries an officer's words
    Column("at", Float, nullable=False),
)
Index("ix_desk_messages_ticket_id", desk_messages.c.ticket, desk_messages.c.id)  # the newest of each

desk_seen = Table(  # up to which line a colleague has read a ticket
    "desk_seen",
    metadata,
    Column("staff", String(32), primary_key=True),
    Column("ticket", String(32), primary_key=True),
    Column("message", BigInteger, nullable=False),
)

desk_words = Table(  # which words occur in which ticket, each as a keyed hash: data/desk/search.py
    "desk_words",
    metadata,
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, index=True),  # of the ticket
    sqlite_with_rowid=False,
)

drafts = Table(  # what a colleague typed and has not sent
    "drafts",
    metadata,
    Column("staff", String(32), primary_key=True),
    Column("form", String(80), primary_key=True),  # which form: "ticket <id>", "petition <id>", a path
    Column("sealed", LargeBinary, nullable=False),  # sealed JSON: field -> text
    Column("at", Float, nullable=False, index=True),
)

petitions = Table(
    "petitions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people call it: KN-0042
    Column("address", String(120), nullable=False, index=True),  # "" once it is wiped
    Column("person", String(32), nullable=True, index=True),
    Column(
        "phone_key", String(64), nullable=True
    ),  # keyed hash of the phone that was left, to ask from elsewhere
    Column("door", String(10), nullable=False),
    Column("category", String(16), nullable=False),
    Column("state", String(10), nullable=False, index=True),  # sent, assigned, answered, withdrawn
    Column("officer", String(32), nullable=True),  # who is to answer, or answered
    Column("words", LargeBinary, nullable=True),  # sealed JSON: text, name, phone; NULL once it is wiped
    Column("due", String(10), nullable=False),  # ISO date until which the office means to answer
    Column("sent_at", Float, nullable=False, index=True),
    Column("answered_at", Float, nullable=True),  # first
    Column("closed_at", Float, nullable=True, index=True),
)

petition_lines = Table(  # what was written about a petition after it was sent
    "petition_lines",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition", String(32), nullable=False, index=True),
    Column("who", String(10), nullable=False),  # citizen, officer, note
    Column("staff", String(32), nullable=True),
    Column("words", LargeBinary, nullable=True),  # sealed text
    Column("row", BigInteger, nullable=True),  # the outbox row that carries an officer's words
    Column("at", Float, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("topic", String(20), primary_key=True),
    Column("at", Float, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people call it: "thông báo 3"
    Column("text", Text, nullable=False),
    Column("audience", Text, nullable=False),  # JSON: doors, topics, blocks; empty lists mean all
    Column("office_hours", Boolean, nullable=False),  # only then
    Column("once", Boolean, nullable=False),  # an answer that is lost is in_doubt instead of tried again
    Column("state", String(12), nullable=False, index=True),  # draft, running, paused, cancelled, done
    Column("total", Integer, nullable=False),  # recipients, once it was started
    Column(
        "filled_to", String(120), nullable=True
    ),  # address up to which the outbox is filled; NULL: all of it
    Column("made_by", String(32), nullable=False),
    Column("tested_at", Float, nullable=True),
    Column("approved_by", String(32), nullable=True),
    Column("approved_at", Float, nullable=True),
    Column("at", Float, nullable=False),
    Column("started_at", Float, nullable=True),
    Column("ended_at", Float, nullable=True),
)

send_leases = Table(  # who sends with a token: one process at a time
    "send_leases",
    metadata,
    Column("token_key", String(64), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", Float, nullable=False),
)

zalo_tokens = Table(  # of the Official Account: a pair that is exchanged for a new one before it ends
    "zalo_tokens",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("generation", Integer, nullable=False),  # grows with each pair
    Column("sealed", LargeBinary, nullable=True),  # sealed JSON: access, refresh
    Column("until", Float, nullable=False),  # when the access token ends
    Column("refresh_until", Float, nullable=False),
    Column("state", String(10), nullable=False),  # good, refreshing, broken
    Column("holder", String(32), nullable=False),  # process that exchanges it, "" for none
    Column("since", Float, nullable=False),  # since when
    Column("why", String(80), nullable=False),  # what broke it; no personal data
    Column("asked", LargeBinary, nullable=True),  # sealed JSON: the verifier of an authorisation under way
    Column("at", Float, nullable=False),
)

knowledge = Table(  # question items as staff edited them, every version; the files are the seed
    "knowledge",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("item", String(40), nullable=False, index=True),
    Column("body", Text, nullable=False),  # as a file of data/content/questions; "": the file holds again
    Column("who", String(40), nullable=False),
    Column("at", Float, nullable=False),
)

misses = Table(  # what was not understood, grouped: folded words, no digits, nobody's
    "misses",
    metadata,
    Column("words", String(120), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False, index=True),
)

scam_reports = Table(  # scams that citizens met, grouped: a host or a masked number, and signs; nobody's
    "scam_reports",
    metadata,
    Column("report_key", String(64), primary_key=True),  # keyed hash of what is grouped
    Column("thing", String(10), nullable=False),  # link, phone, account, message
    Column("shown", String(120), nullable=False),  # the host, a mask "•••• 099", or ""
    Column("signs", String(120), nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False, index=True),
)

office_facts = (
    Table(  # small facts about this installation: is it a demo, the key's check value, the polling offset
        "office_facts",
        metadata,
        Column("name", String(40), primary_key=True),
        Column("value", Text, nullable=False),
    )
)
