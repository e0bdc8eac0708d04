"""The limits that data keeps, as one frozen value. Rule: each is a named setting; the numbers here are its defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, seconds, minutes and hours as the names say; bot/settings.py documents each."""

    otp_minutes: int = 5
    otp_tries: int = 5
    otp_failures_per_day: int = 10
    otp_resend_seconds: int = 60
    otp_per_10_minutes: int = 3
    otp_per_hour: int = 5
    otp_per_day: int = 10
    sms_per_hour: int = 500
    looks_per_day: int = 20
    id_misses_per_day: int = 10
    looks_per_hour_all: int = 2000
    secure_link_minutes: int = 10
    reply_lease_seconds: int = 30
    notice_text_limit: int = 3500
    notice_approval_above: int = 10_000
