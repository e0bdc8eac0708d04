"""Every setting: name, default, help, range. A table; read by settings.py and settings_check.py. Invariant: a number has its range."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "TROLY_"


class BadSetting(ValueError):
    """A setting is missing, malformed or contradicts another; the message is one line for the operator."""


def _s(
    default: Any, text: str, *, choices: tuple[str, ...] = (), between: tuple[float, float] | None = None
) -> Any:
    """A setting. A number needs its range, `between`: so that no slip switches off what it protects."""
    return field(default=default, metadata={"help": text, "choices": choices, "between": between})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the service; `name` here is TROLY_NAME in the environment or in .env."""

    data_dir: Path = _s(Path("var"), "folder for runtime files: database, key, lock")  # a field, not a value
    database_url: str = _s(
        "", "sqlite+aiosqlite:///… or postgresql+asyncpg://…; empty: troly.db in the data folder"
    )
    secret_key: str = _s(
        "", "key for what is encrypted; made by itself in the data folder on SQLite, compulsory on PostgreSQL"
    )
    public_url: str = _s(
        "",
        "address people reach this service at, for example https://troly.example.vn; may be empty on loopback only",
    )
    host: str = _s("127.0.0.1", "address the service listens on")
    port: int = _s(8080, "port the service listens on", between=(0, 65535))
    telegram_token: str = _s("", "token of the Telegram bot; empty: no Telegram")
    telegram_api_base: str = _s("https://api.telegram.org", "address of the Bot API server")
    telegram_mode: str = _s("polling", "how updates come in", choices=("polling", "webhook"))
    telegram_webhook_secret: str = _s(
        "",
        "secret Telegram sends with each webhook call, 16 to 256 of A-Z a-z 0-9 _ -; compulsory in webhook mode",
    )
    telegram_poll_seconds: int = _s(
        25, "how long one long poll may last, in seconds, at most 50", between=(0, 50)
    )
    telegram_typing_after: float = _s(
        0.7, "show 'typing' when an answer takes longer than this, in seconds", between=(0, 60)
    )
    zalo_bot_token: str = _s("", "token of the Zalo bot; empty: no Zalo bot")
    zalo_bot_api_base: str = _s(
        "https://bot-api.zaloplatforms.com",
        "address of the Zalo Bot Platform; older: https://bot-api.zapps.me",
    )
    zalo_bot_mode: str = _s(
        "polling",
        "how messages to the Zalo bot come in; Zalo means polling for trials",
        choices=("polling", "webhook"),
    )
    zalo_bot_webhook_secret: str = _s(
        "",
        "secret Zalo sends with each webhook call of the bot, 16 to 256 of A-Z a-z 0-9 _ -; compulsory in webhook mode",
    )
    zalo_bot_poll_seconds: int = _s(
        25, "how long one long poll of the Zalo bot may last, in seconds", between=(0, 50)
    )
    zalo_bot_typing_after: float = _s(
        0.7, "the Zalo bot shows 'typing' when an answer takes longer than this, in seconds", between=(0, 60)
    )
    zalo_bot_silence_seconds: float = _s(
        30.0,
        "how long the Zalo bot sends nothing after 'quota exceeded', in seconds; Zalo names no time",
        between=(1, 3600),
    )
    zalo_app_id: str = _s("", "App ID of the Zalo app of the Official Account; empty: no Official Account")
    zalo_app_secret: str = _s("", "the app's secret key, with which tokens are exchanged")
    zalo_oa_secret: str = _s(
        "", "the OA secret key of the app's webhook page, which signs events; not the app's secret key"
    )
    zalo_oa_id: str = _s("", "id of the Official Account; events of the app's other accounts are left alone")
    zalo_api_base: str = _s("https://openapi.zalo.me", "address of the Official Account's API")
    zalo_oauth_base: str = _s(
        "https://oauth.zaloapp.com", "address of Zalo's log-in, where tokens are exchanged"
    )
    zalo_buttons: str = _s(
        "off",
        "whether options are also sent as buttons, at most five; not confirmed by a real account, the numbers always stand in the text",
        choices=("off", "on"),
    )
    zalo_appsecret_proof: str = _s(
        "off", "whether each call proves the app secret, where the app asks for that", choices=("off", "on")
    )
    zalo_event_hours: float = _s(
        24.0,
        "how old an event of the Official Account may be, in hours; Zalo's own retries take more than an hour",
        between=(3, 48),
    )
    zalo_outside_hours: float = _s(
        8.0,
        "how long the assistant stays silent after an officer wrote in Zalo's own chat tool, in hours",
        between=(0.1, 168),
    )
    zalo_silence_seconds: float = _s(
        60.0,
        "how long the Official Account sends nothing after 'rate limit', in seconds; Zalo counts by the minute",
        between=(1, 3600),
    )
    zalo_kept: int = _s(
        1000,
        "things people did on Zalo that one door holds at once: under way, or tried again where there was no room or no database",
        between=(10, 10**6),
    )
    zalo_kept_account: int = _s(20, "of them from one account", between=(2, 10**6))
    zns_template: str = _s(
        "", "id of the approved ZNS template of a one-time code; compulsory for TROLY_SMS=zns"
    )
    zns_parameter: str = _s("otp", "name of the template's one field, as it was registered")
    zns_behind: str = _s(
        "none",
        "what takes the codes that ZNS refuses for good (no Zalo on the phone, quota, night): none, or as TROLY_SMS: esms, http",
        choices=("none", "esms", "http"),
    )
    zns_api_base: str = _s("https://business.openapi.zalo.me", "address of the ZNS API")
    zalo_price_dong: int = _s(
        55,
        "what a message costs between 48 hours and 7 days, in đồng; ask Zalo for the office's",
        between=(0, 10**6),
    )
    lookup_disclosure: str = _s(
        "guarded",
        "who may see a looked-up record: guarded (proof of phone or ID number)",
        choices=("guarded",),
    )
    accounts: str = _s(
        "guide",
        "where passwords are changed: guide (VssID's own screens), or here: local (accounts in the database; --demo runs it), "
        "http (a service that keeps docs/accounts-api.yaml)",
        choices=("guide", "local", "http"),
    )
    accounts_url: str = _s("", "address of the accounts service, compulsory for http")
    accounts_token: str = _s("", "bearer token for it, compulsory for http")
    accounts_seconds: float = _s(
        5.0, "how long the accounts service may take to answer, in seconds", between=(0.1, 20)
    )
    password_min: int = _s(
        8, "shortest password that is taken, in characters, used together with a code", between=(8, 64)
    )
    password_max: int = _s(1000, "longest password that is taken, in characters", between=(64, 1000))
    password_failures_conversation: int = _s(
        20, "wrong old passwords one conversation may type in 24 hours, whosever", between=(1, 1000)
    )
    password_failures_source: int = _s(
        50, "wrong old passwords one source may type in an hour", between=(1, 10000)
    )
    password_failures_per_hour_all: int = _s(
        1000,
        "wrong old passwords of all together in an hour; above it only sources with hardly any go on, and codes go on for all",
        between=(1, 10**6),
    )
    password_failures_when_busy: int = _s(
        3, "wrong old passwords of a source in an hour that are hardly any", between=(1, 100)
    )
    password_memory_kib: int = _s(
        19456, "memory that hashing one password takes (argon2id), in KiB", between=(19456, 1048576)
    )
    password_passes: int = _s(2, "passes over that memory", between=(2, 10))
    password_waiting: int = _s(
        100, "passwords that may wait to be hashed; above it the page says to try again", between=(1, 10000)
    )
    password_pages_conversation: int = _s(
        20, "pages for a new password that one conversation may open in 24 hours", between=(1, 100)
    )
    password_pages_source: int = _s(
        60, "pages for a new password that one source may open in an hour", between=(1, 10**5)
    )
    phone_rest_hours: int = _s(
        72,
        "how long after an account's phone was changed a forgotten password cannot be set anew with it, in hours",
        between=(1, 720),
    )
    sms: str = _s(
        "none",
        "how one-time codes leave: none, demo (a pretend phone on the page), esms (the SMS provider), http (a server of one's own), "
        "or zns (a Zalo message to the phone)",
        choices=("none", "demo", "esms", "http", "zns"),
    )
    sms_url: str = _s("", "where http posts {id, to, text}; for esms another address than the provider's own")
    sms_token: str = _s("", "bearer token for http, compulsory there")
    sms_esms_key: str = _s("", "ApiKey of the eSMS account, compulsory for esms")
    sms_esms_secret: str = _s("", "SecretKey of the eSMS account, compulsory for esms")
    sms_esms_brand: str = _s("", "brand name registered with eSMS, compulsory for esms")
    sms_esms_sandbox: int = _s(0, "1: eSMS takes messages and sends none", between=(0, 1))
    otp_minutes: int = _s(5, "how long a one-time code is valid, in minutes, at most 10", between=(1, 10))
    otp_tries: int = _s(5, "comparisons allowed per code", between=(1, 5))
    otp_failures_per_day: int = _s(
        10, "wrong codes allowed per record, and per phone, in 24 hours, at most 10", between=(1, 10)
    )
    otp_failures_of_one_source: int = _s(
        5,
        "how many of those one source may use up, the others are left to the owner; also wrong old passwords of an account, for one conversation or source",
        between=(1, 10),
    )
    otp_failures_in_a_row: int = _s(
        100,
        "wrong codes, or old passwords, of one record without a right one; then only 'troly registry unlock' or a reset at the counter opens it, at most 100",
        between=(1, 100),
    )
    otp_failures_conversation: int = _s(
        20, "wrong codes one conversation may type in 24 hours, whomever about", between=(1, 1000)
    )
    otp_failures_source: int = _s(50, "wrong codes one source may type in an hour", between=(1, 10000))
    otp_failures_alarm: int = _s(
        300, "wrong codes of all together in an hour that the log warns of", between=(1, 10**6)
    )
    otp_failures_per_hour_all: int = _s(
        1000, "wrong codes of all together in an hour; above it none is sent or compared", between=(1, 10**6)
    )
    otp_resend_seconds: int = _s(
        60, "seconds between two codes to one phone, at least 60", between=(60, 3600)
    )
    otp_per_10_minutes: int = _s(3, "codes to one phone in 10 minutes, at most 3", between=(1, 3))
    otp_per_hour: int = _s(5, "codes to one phone in an hour, at most 5", between=(1, 5))
    otp_per_day: int = _s(10, "codes to one phone in a day, at most 10", between=(1, 10))
    otp_requests_conversation: int = _s(
        20, "codes one conversation may ask for in 24 hours, whether or not one is sent", between=(1, 1000)
    )
    otp_requests_per_hour_source: int = _s(
        30, "codes one source may ask for in an hour, whether or not one is sent", between=(1, 10**5)
    )
    otp_requests_per_day_source: int = _s(
        100, "codes one source may ask for in 24 hours, whether or not one is sent", between=(1, 10**5)
    )
    sms_per_hour: int = _s(
        250, "SMS to all phones in an hour; above it none are sent until the hour is over", between=(1, 5000)
    )
    sms_per_day: int = _s(
        500, "SMS to all phones in 24 hours; what an attack can cost at most in a day", between=(1, 20000)
    )
    looks_per_day: int = _s(20, "look-ups one conversation may make in 24 hours", between=(1, 100))
    looks_per_hour_source: int = _s(100, "look-ups one source may make in an hour", between=(1, 10**6))
    looks_per_hour_all: int = _s(
        2000,
        "look-ups of all together in an hour; above it who made more than a few waits",
        between=(1, 10**7),
    )
    looks_when_busy: int = _s(5, "look-ups in an hour that one source may make even then", between=(1, 10**6))
    id_answers_per_day: int = _s(
        3,
        "look-ups by ID number in 24 hours that a web conversation without a proven phone is answered; "
        "further ones need the code sent to the registered phone",
        between=(1, 100),
    )
    id_answers_source: int = _s(
        10, "the same for all such conversations of one source together", between=(1, 100)
    )
    id_answers_all: int = _s(
        100, "the same for all such conversations together, at most 100", between=(1, 100)
    )
    id_answers_accounts: int = _s(
        1000,
        "look-ups by ID number in 24 hours that accounts and proven phones are answered, all together",
        between=(1, 10**6),
    )
    id_misses_per_day: int = _s(
        10, "look-ups by ID number that fit nobody, one account may make in 24 hours", between=(1, 100)
    )
    secure_link_minutes: int = _s(
        10,
        "how long a secure page may be opened, in minutes, at most 10; one that waits for a code is there as long as the code",
        between=(1, 10),
    )
    secure_posts_per_minute_source: int = _s(
        60, "forms of secure pages one source may post in a minute, at each process", between=(5, 10000)
    )
    secure_posts_per_minute: int = _s(
        600, "forms of secure pages all together may post in a minute, at each process", between=(10, 10**5)
    )
    secure_posts_when_busy: int = _s(
        10, "forms of secure pages in a minute that are taken of each source above that", between=(1, 10000)
    )
    paper_link_hours: int = _s(
        72, "how long the link to a page or calendar leads to it, in hours", between=(1, 720)
    )
    portrait_bytes: int = _s(
        3_000_000, "largest portrait that is looked at, in bytes", between=(100_000, 10_000_000)
    )
    portrait_bodies: int = _s(
        16, "portraits read at once; above it the one that was begun first gives way", between=(1, 1000)
    )
    portrait_bodies_source: int = _s(2, "of them from one source", between=(1, 1000))
    portrait_body_seconds: float = _s(
        30.0, "how long a portrait may take to come, in seconds", between=(0.1, 600)
    )
    papers_per_minute_source: int = _s(
        30,
        "pages and calendars drawn for links of one source in a minute, at each process",
        between=(1, 1000),
    )
    papers_per_day: int = _s(
        20, "pages and calendars one conversation may take in 24 hours", between=(1, 200)
    )
    embed_origins: str = _s(
        "",
        "sites that may show the chat in a frame, with a comma between two: https://bhxh.example.vn; empty: none",
    )
    counter_seconds: int = _s(
        60,
        "seconds without a touch after which the page at a counter forgets the person",
        between=(10, 600),
    )
    arrivals_per_day: int = _s(
        5, "posters by which one conversation is counted as come in 24 hours", between=(1, 100)
    )
    arrivals_source: int = _s(
        300, "people of one source who are counted as come by a poster in 24 hours", between=(1, 10**5)
    )
    arrivals_all: int = _s(
        20_000, "people who are counted as come by a poster in 24 hours, all together", between=(1, 10**6)
    )
    posters: int = _s(2000, "QR posters that the office may have at once", between=(1, 10**5))
    text_limit: int = _s(2000, "longest message that is read, in characters", between=(100, 4096))
    socket_frame_limit: int = _s(
        65536, "largest frame the chat socket accepts, in bytes", between=(16384, 1048576)
    )
    socket_per_minute: int = _s(100, "frames one chat socket may send in a minute", between=(10, 600))
    webhook_body_limit: int = _s(
        1048576, "largest webhook body that is read, in bytes", between=(65536, 8388608)
    )
    queue_limit: int = _s(
        1000, "turns that may wait at once; above it a door answers 503 with Retry-After", between=(10, 20000)
    )
    webhooks_at_once: int = _s(
        200,
        "whole bodies one webhook acts on at once; above it 503 with Retry-After",
        between=(1, 10000),
    )
    webhook_bodies: int = _s(
        64,
        "bodies one webhook reads at once; above it the one that was begun first gives way",
        between=(1, 10000),
    )
    webhook_bodies_source: int = _s(16, "of them from one source", between=(1, 10000))
    webhook_body_seconds: float = _s(
        10.0, "how long the body of a webhook call may take, in seconds", between=(0.1, 600)
    )
    connections: int = _s(
        4000,
        "connections the web server keeps open at once, WebSockets included; lowered to what open files allow",
        between=(16, 100000),
    )
    connections_per_source: int = _s(
        500,
        "of them from one IPv4 address or one /64 network; trusted proxies are not counted so",
        between=(8, 100000),
    )
    request_head_seconds: float = _s(
        10.0, "how long the head of a request may take, in seconds", between=(0.1, 120)
    )
    request_head_bytes: int = _s(
        32768, "largest head of a request (address, cookies, headers), in bytes", between=(4096, 1048576)
    )
    request_body_seconds: float = _s(
        30.0, "how long the body of a request may take, in seconds", between=(0.1, 600)
    )
    request_idle_seconds: float = _s(
        15.0, "how long a connection is kept open without a request, in seconds", between=(0.1, 600)
    )
    answer_seconds: float = _s(
        60.0,
        "how long a caller may leave an answer untaken before it is cut off, in seconds",
        between=(1, 600),
    )
    trusted_proxies: str = _s(
        "",
        "addresses and blocks of the proxies in front, with commas between; only from them X-Forwarded-For is believed",
    )
    sockets_per_minute_source: int = _s(
        300, "chat sockets one source may open in a minute", between=(1, 10**6)
    )
    frames_per_minute_source: int = _s(
        3000, "frames all chat sockets of one source may send in a minute", between=(1, 10**7)
    )
    queue_limit_source: int = _s(
        250, "turns of one source, or one account, that may wait at once", between=(1, 10**6)
    )
    socket_queue: int = _s(
        64, "frames that may wait for one chat socket; a slower one is closed", between=(4, 10000)
    )
    socket_send_seconds: float = _s(
        10.0,
        "how long a frame may wait for a chat socket that does not read, in seconds; then it is closed",
        between=(0.2, 60),
    )
    sockets_per_conversation: int = _s(
        8, "chat sockets one visitor may have open at once; one more closes the oldest", between=(1, 100)
    )
    sockets_per_source: int = _s(
        250,
        "chat sockets one source has open at once at one process; one more is told to come later",
        between=(8, 100000),
    )
    sockets_in_all: int = _s(
        1000, "chat sockets one process has open at once; one more is told to come later", between=(1, 100000)
    )
    stop_seconds: float = _s(
        8.0, "how long a stop may take in all, in seconds; then the process ends", between=(4, 60)
    )
    burst_seconds: float = _s(
        2.0,
        "short texts of one person within so many seconds, which alone say nothing, are answered together; 0: none are",
        between=(0, 10),
    )
    burst_wait: float = _s(
        0.3,
        "how long a lone text that says nothing waits for the next one, in seconds; any other is answered at once",
        between=(0, 2),
    )
    burst_text_limit: int = _s(
        200,
        "longest text, in characters, that short texts make when they are read together",
        between=(20, 2000),
    )
    group_limit: int = _s(32, "turns committed together on SQLite", between=(1, 256))
    reply_lease_seconds: int = _s(
        30, "how long a process may take to say a reply before another takes it over", between=(1, 300)
    )
    rate_telegram: int = _s(
        25,
        "messages a second the worker sends to Telegram at most, in any second, at most 1000",
        between=(1, 1000),
    )
    rate_zalo: int = _s(
        40,
        "messages a second the worker sends through the Official Account at most; Zalo takes 4000 calls a minute",
        between=(1, 1000),
    )
    rate_zalo_bot: int = _s(
        5,
        "messages a second the worker sends through the Zalo bot at most; Zalo publishes no limit",
        between=(1, 1000),
    )
    notices_in_flight: int = _s(
        25,
        "notices that may be under way at once; a crash can double at most so many, at most 250",
        between=(1, 250),
    )
    notice_tries: int = _s(8, "how often a notice is tried before it is failed", between=(1, 20))
    notice_batch: int = _s(
        500, "notices taken from the outbox at once; never more than one second's worth", between=(1, 5000)
    )
    pace_lease_seconds: int = _s(
        10,
        "after a crash of the worker, how long another one waits before it takes over, on PostgreSQL",
        between=(2, 120),
    )
    notice_text_limit: int = _s(3500, "longest notice an admin may write, in characters", between=(1, 3500))
    notice_approval_above: int = _s(
        10000,
        "a notice to more recipients than this is approved by a second admin before it starts",
        between=(0, 10**9),
    )
    scam_reports_per_day: int = _s(
        5, "scams one conversation may report to the office in 24 hours", between=(1, 100)
    )
    scam_reports_source: int = _s(
        50, "scams one source may report in 24 hours, over all its conversations", between=(1, 10**5)
    )
    scam_reports_all: int = _s(1000, "scams everybody together may report in 24 hours", between=(1, 10**6))
    scam_report_days: int = _s(
        180,
        "how long a reported scam is kept for staff after it was last reported, in days",
        between=(1, 730),
    )
    petitions_per_day: int = _s(10, "petitions one conversation may send in 24 hours", between=(1, 1000))
    petitions_source: int = _s(
        50, "petitions one source may send in 24 hours, over all its conversations", between=(1, 10**5)
    )
    petitions_all: int = _s(2000, "petitions everybody together may send in 24 hours", between=(1, 10**6))
    petition_looks_per_day: int = _s(
        20,
        "how often one conversation may ask after a petition by code and phone in 24 hours",
        between=(1, 100),
    )
    petition_looks_source: int = _s(
        100, "how often one source may ask after a petition by code and phone in 24 hours", between=(1, 1000)
    )
    petition_working_days: int = _s(
        10,
        "in how many working days the office means to answer a petition; its own aim, no legal deadline",
        between=(1, 60),
    )
    petition_days: int = _s(
        730,
        "how long a petition is kept after it was answered or withdrawn, in days; then only its kind and dates stay",
        between=(30, 3650),
    )
    units_per_person: int = _s(
        3, "units (employers) one person may be the contact of at once", between=(1, 20)
    )
    unit_employees: int = _s(500, "people of one unit whose contact may see their step", between=(1, 5000))
    units_source: int = _s(20, "units that may be registered from one source in 24 hours", between=(1, 10**5))
    units_all: int = _s(1000, "units that everybody together may register in 24 hours", between=(1, 10**6))
    unit_misses_per_day: int = _s(
        10, "wrong codes of units one conversation may try in 24 hours", between=(1, 1000)
    )
    unit_misses_source: int = _s(
        50, "wrong codes of units one source may try in 24 hours", between=(1, 10**5)
    )
    unit_misses_all: int = _s(
        2000, "wrong codes of units everybody together may try in 24 hours", between=(1, 10**6)
    )
    unit_link_minutes: int = _s(
        30, "how long the link of a unit's page is good, in minutes, at most 240", between=(1, 240)
    )
    unit_links_per_day: int = _s(
        30, "links of a unit's page one conversation may take in 24 hours", between=(1, 1000)
    )
    unit_remind_hours: int = _s(
        24,
        "how many hours after a unit's contact had somebody reminded nobody can have them reminded again, at least 24",
        between=(24, 720),
    )
    unit_near_days: int = _s(
        3,
        "with so many working days left to hand the papers in a unit's contact sees somebody as late",
        between=(0, 9),
    )
    unit_idle_days: int = _s(
        7,
        "after so many days without a step before the declaration is sent a unit's contact sees somebody as late",
        between=(1, 365),
    )
    miss_days: int = _s(
        180,
        "how long texts that were not understood are kept for staff after they were last written, in days",
        between=(1, 730),
    )
    content_seconds: float = _s(
        5.0,
        "how often a running service looks for questions that staff edited, in seconds",
        between=(0.05, 3600),
    )
    unread_days: int = _s(
        30,
        "how long a message is kept, sealed, for a reader who does not come for it, in days, at most 90",
        between=(1, 90),
    )
    disk_floor_mb: int = _s(
        64,
        "with less free space than this where the SQLite file lies /readyz says 503, in megabytes",
        between=(16, 1048576),
    )
    event_keys_hours: int = _s(
        72, "how long the key of an event is kept against repeats, in hours, at least 48", between=(48, 8760)
    )
    sign_in_minutes: int = _s(
        5, "how long a staff sign-in link is good, in minutes, at most 5", between=(1, 5)
    )
    sign_in_failures_per_minute: int = _s(
        5,
        "failed sign-ins one source may make in a minute; then it waits, longer each time; a good link always passes",
        between=(1, 5),
    )
    sign_in_alarm_per_minute: int = _s(
        50, "failed sign-ins of all together in a minute that the log warns of", between=(1, 10**6)
    )
    staff_idle_minutes: int = _s(
        15, "a staff session ends after so many minutes without activity, at most 15", between=(1, 15)
    )
    staff_session_hours: int = _s(8, "a staff session ends after so many hours, at most 8", between=(1, 8))
    draft_days: int = _s(
        7,
        "how long what a colleague typed at the console and did not send is kept, sealed, in days",
        between=(1, 90),
    )
    desk_silent_minutes: int = _s(
        20,
        "an officer who writes nothing for so many minutes while the person waits loses the ticket to the queue",
        between=(2, 480),
    )
    desk_answer_minutes: int = _s(
        15, "working minutes after which admins hear that nobody answered a ticket", between=(1, 10**4)
    )
    desk_end_hours: int = _s(
        8, "working hours after which admins hear that a ticket is not closed", between=(1, 10**4)
    )
    desk_warn_minutes: int = _s(
        240,
        "minutes without a word after an officer's answer; then the person hears that the ticket will be closed",
        between=(1, 10**5),
    )
    desk_close_minutes: int = _s(
        1200, "minutes after that warning until the ticket is closed", between=(1, 10**5)
    )
    console_live_seconds: float = _s(
        2.0, "how often an open console page asks for what is new, in seconds", between=(0.2, 60)
    )
    demo_people: int = _s(2000, "synthetic people that --demo creates", between=(0, 100000))
    demo_readers: int = _s(
        400, "pretend readers of notices that --demo creates, on a pretend channel", between=(0, 100000)
    )
    import_batch: int = _s(
        4000,
        "rows of a file that `troly registry import` writes in one transaction, at most 20000",
        between=(1, 20000),
    )
    import_upload_mb: int = _s(
        200, "largest file that the console takes for an import, in megabytes", between=(1, 4096)
    )
    import_upload_seconds: int = _s(
        600, "how long a file may take to come in at the console, in seconds", between=(10, 3600)
    )
    import_uploads: int = _s(
        4, "files that the console holds at once, one of each admin; a further admin waits", between=(1, 50)
    )
    import_check_minutes: int = _s(
        30, "how long a dry run at the console may take, in minutes; then it is broken off", between=(1, 720)
    )
    import_kept_minutes: int = _s(
        60,
        "how long a file and its bad rows are kept for the admin who uploaded it, in minutes; then they are deleted",
        between=(1, 1440),
    )
    import_bad_rows: int = _s(
        20000, "bad rows of a file that the console gives back as a workbook at most", between=(10, 200000)
    )
    gone_percent: float = _s(
        5,
        "share of the registry, in percent, above which `--remove-gone` takes people out only if their number is given",
        between=(0, 20),
    )
    bad_percent: float = _s(
        1,
        "share of bad rows of a file, in percent, above which nobody is removed after it",
        between=(0, 10),
    )
    removed_days: int = _s(
        30,
        "how long people who were removed from the registry are kept, sealed, to be brought back, in days, at most 90",
        between=(1, 90),
    )
    log_level: str = _s(
        "INFO", "DEBUG, INFO, WARNING or ERROR", choices=("DEBUG", "INFO", "WARNING", "ERROR")
    )

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def address(self) -> str:
        """The public address without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def ranges() -> dict[str, tuple[float, float]]:
    """Between what each number may lie, by name; what `troly settings` prints behind its help."""
    numbers = (f for f in fields(Settings) if isinstance(f.default, int | float))
    return {PREFIX + f.name.upper(): f.metadata["between"] for f in numbers}
