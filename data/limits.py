"""The limits that data keeps, as one frozen value. Rule: each is a named setting; the numbers here are its defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, seconds, minutes and hours as the names say; bot/settings_table.py documents each."""

    otp_minutes: int = 5
    otp_tries: int = 5
    otp_failures_per_day: int = 10
    otp_failures_of_one_source: int = 5
    otp_failures_in_a_row: int = 100
    otp_failures_conversation: int = 20
    otp_failures_source: int = 50
    otp_failures_alarm: int = 300
    otp_failures_per_hour_all: int = 1000
    otp_resend_seconds: int = 60
    otp_per_10_minutes: int = 3
    otp_per_hour: int = 5
    otp_per_day: int = 10
    otp_requests_conversation: int = 20
    otp_requests_per_hour_source: int = 30
    otp_requests_per_day_source: int = 100
    sms_per_hour: int = 250
    sms_per_day: int = 500
    password_pages_conversation: int = 20
    password_pages_source: int = 60
    password_failures_conversation: int = 20
    password_failures_source: int = 50
    password_failures_per_hour_all: int = 1000
    password_failures_when_busy: int = 3
    password_min: int = 8
    password_max: int = 1000
    phone_rest_hours: int = 72
    looks_per_day: int = 20
    looks_per_hour_source: int = 100
    looks_per_hour_all: int = 2000
    looks_when_busy: int = 5
    id_answers_per_day: int = 3
    id_answers_source: int = 10
    id_answers_all: int = 100
    id_answers_accounts: int = 1000
    id_misses_per_day: int = 10
    secure_link_minutes: int = 10
    paper_link_hours: int = 72
    papers_per_day: int = 20
    reply_lease_seconds: int = 30
    notice_text_limit: int = 3500
    notice_approval_above: int = 10_000
    scam_reports_per_day: int = 5
    scam_reports_source: int = 50
    scam_reports_all: int = 1000
    scam_report_days: int = 180
    petitions_per_day: int = 10
    petitions_source: int = 50
    petitions_all: int = 2000
    petition_looks_per_day: int = 20
    petition_looks_source: int = 100
    petition_working_days: int = 10
    petition_days: int = 730
    units_per_person: int = 3
    unit_employees: int = 500
    units_source: int = 20
    units_all: int = 1000
    unit_misses_per_day: int = 10
    unit_misses_source: int = 50
    unit_misses_all: int = 2000
    unit_link_minutes: int = 30
    unit_links_per_day: int = 30
    unit_remind_hours: int = 24
    unit_near_days: int = 3
    unit_idle_days: int = 7
    arrivals_per_day: int = 5
    arrivals_source: int = 300
    arrivals_all: int = 20_000
    posters: int = 2000
