"""The Official Account's parts as the settings want them. Used by the door, the worker, the console and `troly zalo`."""

from __future__ import annotations

from typing import Any

from data.engine import Database
from data.seal import Seal
from handlers.doors import Parts
from handlers.zalo.oa.api import OaApi, OaChannel
from handlers.zalo.oa.tokens import Tokens
from handlers.zalo.web_calls import WebCalls

CONNECTIONS = 50  # calls of this process to Zalo that may be open at once


def api_of(settings: object, db: Database, seal: Seal, *, connections: int = CONNECTIONS) -> OaApi:
    """The calls, with their tokens. `settings` are the process's."""
    s: Any = settings
    calls = WebCalls(connections)
    tokens = Tokens(
        db,
        seal,
        calls,
        app_id=s.zalo_app_id,
        app_secret=s.zalo_app_secret,
        oauth_base=s.zalo_oauth_base,
        data_dir=s.data_dir,
    )
    return OaApi(calls, tokens, s.zalo_api_base, proof=s.zalo_appsecret_proof == "on")


def channel_of(parts: Parts, *, connections: int = CONNECTIONS) -> OaChannel:
    """What sends."""
    s = parts.settings
    api = api_of(s, parts.turns.db, parts.seal, connections=connections)
    return OaChannel(api, silence=s.zalo_silence_seconds, buttons=s.zalo_buttons == "on")
