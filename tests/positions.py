"""Every position where a person may rest, with what is known there. Used by the tests that try texts at all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.engine.state import State

AT = datetime(2026, 11, 30, 8, tzinfo=UTC)
_ASKED = {"name": "Trần Thị Bé Ba", "born": "17/01/1983", "case": "c1"}
_SENT = {**_ASKED, "link": "http://127.0.0.1/secure/x", "until": "2026-11-30T08:05:00+00:00"}
_FOUND = {"record_name": "Trần Thị Bé Ba", "record_code": "8800000001", "record_born": "17/01/1983"}
_DOSSIER = {"who": "employee", "platform": "android", "code_known": "1", "done": ["b1.1"]}
_DECLARED = {"number": "01841.GD/2026/087", "sent_on": "2026-11-27"}
_SEVERAL = {"dossiers": [["d1", "má", "individual", "", "open"], ["d2", "", "child", "2026-11-27", "open"]]}
_SCREEN = {"screen": 2}
_CODE = {"screen": 5, "otp_until": "2026-11-30T08:04:00+00:00"}

_ACCOUNT = {"purpose": "change", "account": "8800000001"}
_PAGE = {
    **_ACCOUNT,
    "change": "c1",
    "link": "http://127.0.0.1/secure/x",
    "until": "2026-11-30T08:09:00+00:00",
}
_PAGE_CODE = {**_PAGE, "until": "2026-11-30T08:04:00+00:00", "phone": "09•••••001"}

_UNIT = {
    "unit": "u1",
    "unit_name": "Trường Mầm non Hoa Sen",
    "unit_kind": "truong-hoc",
    "unit_code": "dv-bcdf-ghkm-npqr",
    "unit_links": ["http://127.0.0.1/?start=dv-bcdf-ghkm-npqr"],
    "unit_counts": {"near": 1, "working": 2},
}
_JOINING = {"unit_name": "Trường Mầm non Hoa Sen", "unit_code": "dv-bcdf-ghkm-npqr"}

_ANSWERS: dict[str, dict[str, Any]] = {
    "lookup/consent": {},
    "lookup/name": {},
    "lookup/name_perhaps": {"unsure": "Trần Thị Bé Ba"},
    "lookup/fact": {"name": "Trần Thị Bé Ba"},
    "lookup/province": {"name": "Trần Thị Bé Ba"},
    "lookup/proof": _ASKED,
    "lookup/share_how": _ASKED,
    "lookup/code": _SENT,
    "lookup/code_wrong": {**_SENT, "left": "2"},
    "lookup/code_expired": _ASKED,
    "lookup/code_soon": {**_ASKED, "seconds": "40"},
    "lookup/code_off": _ASKED,
    "lookup/not_that_phone": _ASKED,
    "lookup/record": _FOUND,
    "lookup/found": _FOUND,
    "lookup/nobody": _ASKED,
    "registration/consent": {**_DOSSIER, **_DECLARED},
    "registration/which": {**_SEVERAL},
    "registration/resume": _DOSSIER,
    "registration/who": {},
    "registration/platform": {"who": "employee"},
    "registration/code": {"who": "employee", "platform": "android"},
    "registration/sent_on": {"number": "01841.GD/2026/087"},
    "registration/list": {**_DOSSIER, **_DECLARED},
    "registration/how": {**_DOSSIER, "asked": "b1.2"},
    "registration/all": _DOSSIER,
    "password/situation": {},
    "password/screen": _SCREEN,
    "password/code": _CODE,
    "password/late": _CODE,
    "password/trouble": {"trouble": "no_otp"},
    "password/consent": {"purpose": "change"},
    "password/account": {"purpose": "change"},
    "password/page": _PAGE,
    "password/old_wrong": {**_PAGE, "left": "4"},
    "password/old_spent": _PAGE,
    "password/page_code": _PAGE_CODE,
    "password/code_wrong": {**_PAGE_CODE, "left": "4"},
    "password/page_soon": {**_PAGE_CODE, "seconds": "40"},
    "password/no_code": _PAGE_CODE,
    "password/sms_failed": _PAGE_CODE,
    "password/sms_slow": _PAGE_CODE,
    "password/no_phone": _PAGE_CODE,
    "password/working": _PAGE_CODE,
    "password/code_over": _PAGE_CODE,
    "password/page_over": _PAGE,
    "password/page_away": _PAGE,
    "password/unproven": {**_ACCOUNT, "purpose": "forgotten"},
    "password/not_yet": _PAGE,
    "password/not_yet_code": _PAGE_CODE,
    "password/page_paused": {**_PAGE, "seconds": "600", "pause_of": "source"},
    "password/unclear": _PAGE_CODE,
    "contacts/query": {},
    "contacts/one": {"one": "le-tuan-vu"},
    "contacts/by_block": {"blocks": "co-so-y-te truong-hoc"},
    "contacts/several": {"contacts": "nguyen-tuan-hai vo-duc-toan", "about": "Phòng CNTT"},
    "contacts/perhaps": {"near": "le-tuan-vu"},
    "contacts/gap": {"gap": "Hợp tác xã"},
    "contacts/nobody": {},
    "questions/question": {},
    "questions/answer": {"item": "bao-lau", "others": "so-ho-so"},
    "questions/perhaps": {"others": "bao-lau so-ho-so"},
    "questions/person": {},
    "check/thing": {},
    "check/verdict": {
        "level": "danger",
        "thing": "link",
        "subject": "vssid-capnhat.com",
        "signs": "lookalike",
    },
    "helpdesk/consent": {},
    "helpdesk/want": {},
    "helpdesk/waiting": {"ticket_number": "12", "ticket_ahead": "1"},
    "notices/consent": {},
    "notices/topics": {},
    "notices/manage": {"topics": "chung bhyt"},
    "my_data/choice": {"purposes": "lookup", "dossier": "3"},
    "my_data/own": {"phone": "1"},
    "agency/place": {},
    "papers/what": {},
    "papers/who": {},
    "papers/day": {"who": "individual"},
    "portrait/picture": {},
    "portrait/verdict": {"verdict": "good", "size": "1200000", "width": "600", "height": "800"},
    "petitions/consent": {},
    "petitions/telling": {},
    "petitions/review": {},
    "petitions/addition": {},
    "petitions/category": {},
    "petitions/sender": {},
    "petitions/sent": {"number": "KN-0001", "due": "2026-12-14"},
    "petitions/taking_back": {"number": "KN-0001"},
    "petitions/which": {},
    "unit/consent": {},
    "unit/name": {},
    "unit/kind": {"unit_name": "Trường Mầm non Hoa Sen"},
    "unit/which": {"units": [["u1", "Trường Mầm non Hoa Sen"], ["u2", "Trường Hoa Mai"]]},
    "unit/home": _UNIT,
    "unit/next": _UNIT,
    "unit/invited": _UNIT,
    "unit/page_open": {**_UNIT, "link": "http://127.0.0.1/unit/x", "until": "2026-11-30T08:30:00+00:00"},
    "unit/reminded": {**_UNIT, "unit_reminded": "2"},
    "unit/dropping": _UNIT,
    "unit/nothing": {},
    "joining/consent": _JOINING,
    "joining/name": _JOINING,
    "joining/code": {**_JOINING, "name": "Trần Thị Bé Ba"},
    "joining/already": {**_JOINING, "known_name": "Trần Thị Bé Ba"},
    "arrival/told": {
        "poster_code": "ap-bcdf-ghkm",
        "poster_name": "Xã Chợ Gạo",
        "poster_commune": "Xã Chợ Gạo",
        "poster_kind": "commune",
    },
    "materials/which": {},
    "materials/who": {},
    "materials/platform": {"who": "employee"},
}
_PASSED = {
    "lookup": ("lookup/name", "lookup/fact"),
    "registration": ("registration/who", "registration/platform"),
    "password": ("password/situation",),
    "contacts": ("contacts/query",),
}


def positions() -> dict[str, State]:
    """The state of each position by "flow/step", and the menu under ""."""
    made = {"": State()}
    for place, answers in _ANSWERS.items():
        flow, step = place.split("/")
        passed = tuple(p for p in _PASSED.get(flow, ()) if p != place)
        if step in ("consent", "name", "who", "situation", "query", "list", "manage"):
            passed = ()
        made[place] = State(flow, step, answers, passed)
    return made
