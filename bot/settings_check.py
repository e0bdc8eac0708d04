"""Whether settings fit each other and are safe to start with. Called by settings.py `load`. Invariant: what is wrong is told in one clear line."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from bot.settings_table import PREFIX, BadSetting, Settings, ranges

API_BASES = {
    "telegram_api_base": "the bot's token goes",
    "zalo_bot_api_base": "the bot's token goes",
    "zalo_api_base": "the account's token goes",
    "zalo_oauth_base": "the app's secret goes",
    "zns_api_base": "the account's token goes",
}


def checked(s: Settings) -> Settings:
    """The settings. Raises BadSetting with one line where one is malformed or contradicts another."""
    if not s.database_url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise BadSetting("TROLY_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    if ":memory:" in s.database_url:
        raise BadSetting(
            "TROLY_DATABASE_URL must name a file: a database in memory would lose what was acknowledged"
        )
    _check_addresses(s)
    if not s.is_sqlite and not s.secret_key:
        raise BadSetting(
            "TROLY_SECRET_KEY is compulsory on PostgreSQL: every process must share it (32 characters or more)"
        )
    if s.secret_key and len(s.secret_key) < 32:
        raise BadSetting("TROLY_SECRET_KEY is too short: 32 characters or more")
    bot_id, colon, rest = s.telegram_token.partition(":")
    if s.telegram_token and not (
        bot_id.isascii() and bot_id.isdigit() and colon and rest and " " not in rest
    ):
        raise BadSetting("TROLY_TELEGRAM_TOKEN is not a bot token: @BotFather gives one like 123456789:AbC…")
    by_webhook = s.telegram_token and s.telegram_mode == "webhook"
    if by_webhook and not _is_webhook_secret(s.telegram_webhook_secret):
        raise BadSetting(
            "TROLY_TELEGRAM_WEBHOOK_SECRET is compulsory in webhook mode: 16 to 256 of A-Z a-z 0-9 _ -"
        )
    missing = [n for n in ("zalo_app_secret", "zalo_oa_secret") if s.zalo_app_id and not getattr(s, n)]
    if missing:
        raise BadSetting(f"TROLY_{missing[0].upper()} is compulsory with TROLY_ZALO_APP_ID")
    if s.zalo_app_id and not (
        s.zalo_app_id.isascii() and s.zalo_app_id.isdigit() and len(s.zalo_app_id) <= 40
    ):
        raise BadSetting("TROLY_ZALO_APP_ID is a number, of developers.zalo.me")
    if s.zalo_app_id and s.zalo_app_secret == s.zalo_oa_secret:
        raise BadSetting("TROLY_ZALO_OA_SECRET is another key than TROLY_ZALO_APP_SECRET")
    if s.sms == "zns" and not (s.zalo_app_id and s.zns_template):
        raise BadSetting("TROLY_SMS=zns needs TROLY_ZALO_APP_ID and TROLY_ZNS_TEMPLATE")
    if s.zalo_bot_token and not _may_stand_in_an_address(s.zalo_bot_token):
        raise BadSetting("TROLY_ZALO_BOT_TOKEN is not a bot token: Zalo gives one like 123456789:abc-xyz")
    if (
        s.zalo_bot_token
        and s.zalo_bot_mode == "webhook"
        and not _is_webhook_secret(s.zalo_bot_webhook_secret)
    ):
        raise BadSetting(
            "TROLY_ZALO_BOT_WEBHOOK_SECRET is compulsory in webhook mode: 16 to 256 of A-Z a-z 0-9 _ -"
        )
    try:
        proxy_networks(s.trusted_proxies)
    except ValueError as wrong:
        raise BadSetting(f"TROLY_TRUSTED_PROXIES: {wrong}") from None
    embed_origins(s.embed_origins)
    _check_sms(s)
    _check_accounts(s)
    _check_ranges(s)
    return s


def embed_origins(listed: str) -> tuple[str, ...]:
    """The sites that may embed the chat, as browsers write them. Raises BadSetting with one line for anything but plain origins."""
    found = []
    for one in filter(None, (part.strip() for part in listed.split(","))):
        scheme, host = _parts("TROLY_EMBED_ORIGINS", one, bare=True)
        if scheme == "http" and not is_loopback(host):
            raise BadSetting(
                f"TROLY_EMBED_ORIGINS: {one} must begin with https://: others could change that page"
            )
        found.append(one.rstrip("/").lower())
    return tuple(found)


def _is_webhook_secret(secret: str) -> bool:
    return 16 <= len(secret) <= 256 and all(c.isascii() and (c.isalnum() or c in "_-") for c in secret)


def _may_stand_in_an_address(token: str) -> bool:
    return token.isascii() and token.isprintable() and not any(c in " /?#%\\" for c in token)


def _check_accounts(s: Settings) -> None:
    if s.accounts != "http":
        return
    missing = [PREFIX + name.upper() for name in ("accounts_url", "accounts_token") if not getattr(s, name)]
    if missing:
        raise BadSetting(f"TROLY_ACCOUNTS=http needs {', '.join(missing)}")
    scheme, host = _parts("TROLY_ACCOUNTS_URL", s.accounts_url, bare=False)
    if scheme == "http" and not is_loopback(host) and not _is_private(host):
        raise BadSetting("TROLY_ACCOUNTS_URL must begin with https://: passwords go there")


def _check_sms(s: Settings) -> None:
    needed = {
        "http": ("sms_url", "sms_token"),
        "esms": ("sms_esms_key", "sms_esms_secret", "sms_esms_brand"),
    }
    where, way = ("ZNS_BEHIND", s.zns_behind) if s.sms == "zns" else ("SMS", s.sms)
    missing = [PREFIX + name.upper() for name in needed.get(way, ()) if not getattr(s, name)]
    if missing:
        raise BadSetting(f"TROLY_{where}={way} needs {', '.join(missing)}")
    if s.sms_url:
        scheme, host = _parts("TROLY_SMS_URL", s.sms_url, bare=False)
        if scheme == "http" and not is_loopback(host) and not _is_private(host):
            raise BadSetting("TROLY_SMS_URL must begin with https://: codes and keys go there")


def _check_ranges(s: Settings) -> None:
    for name, (low, high) in ranges().items():
        if not low <= getattr(s, name.removeprefix(PREFIX).lower()) <= high:  # "nan" does not either
            raise BadSetting(f"{name} must lie between {low} and {high}")


def _check_addresses(s: Settings) -> None:
    if s.public_url:
        scheme, host = _parts("TROLY_PUBLIC_URL", s.public_url, bare=True)
        if scheme == "http" and not is_loopback(host):
            raise BadSetting(
                "TROLY_PUBLIC_URL must begin with https:// where others than this machine open it"
            )
    elif not is_loopback(s.host):
        raise BadSetting(
            f"TROLY_HOST={s.host} lets others in, so TROLY_PUBLIC_URL must be set: links would lead to {s.address}"
        )
    for name, what in API_BASES.items():
        scheme, host = _parts(PREFIX + name.upper(), getattr(s, name), bare=False)
        if scheme == "http" and "." in host and not is_loopback(host) and not _is_private(host):
            raise BadSetting(f"{PREFIX}{name.upper()} must begin with https://: {what} there")


def _parts(name: str, url: str, *, bare: bool) -> tuple[str, str]:
    """(scheme, host) of a web address. `bare`: nothing may follow the host and its port but a slash."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    sound = (
        url.isascii()
        and not any(c.isspace() or not c.isprintable() or c in "\\\"'<>" for c in url)
        and parts.scheme in ("http", "https")
        and all(c.isalnum() or c in "-._:" for c in host)
        and any(c.isalnum() for c in host)
        and port != 0
        and not (parts.username is not None or parts.password is not None)
        and not (parts.query or parts.fragment or url.endswith(("?", "#")))
        and not (bare and parts.path not in ("", "/"))
    )
    if not sound:
        raise BadSetting(
            f"{name} must be https://HOST, or https://HOST:PORT, and nothing behind it; it is {url[:100]!r}"
        )
    return parts.scheme, host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach or be reached at this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def proxy_networks(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of TROLY_TRUSTED_PROXIES: addresses and blocks, with commas between.

    Raises ValueError with a sentence that says what is wrong.
    """
    networks = []
    for part in filter(None, (piece.strip() for piece in given.split(","))):
        try:
            network = ip_network(part)
        except ValueError:
            raise ValueError(
                f"{part!r} is no address and no block like 10.0.0.0/8 (its host bits must be zero)"
            ) from None
        if network.prefixlen == 0:
            raise ValueError(f"{part!r} trusts everybody, so anybody could name any address as their own")
        networks.append(network)
    return tuple(networks)
