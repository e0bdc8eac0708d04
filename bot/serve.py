"""`troly serve`: runs the roles of one process until it is told to stop. Invariant: nothing is lost between SIGTERM and the end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ParamSpec

import uvicorn
from starlette.routing import Route

from bot import logs
from bot.app import App, limits_of, lone_server, opened, secret_for
from bot.chores import forget, index_tickets, load_names, logged, resume_changes, sweep
from bot.settings import BadSetting, Settings, embed_origins, load, load_demo, proxy_networks
from bot.stopping import Stop, side_by_side
from bot.worker import worker_of
from data import staff
from data.channels import label
from data.installation.demo import PASSWORD
from data.installation.readiness import Readiness
from handlers.desk import Desk, Say
from handlers.doors import Door, Parts, open_doors, troubles_of, webhooks_of
from handlers.turns.types import TurnResult
from handlers.web.chat import Web
from handlers.web.connections import ConnectionLimits, ConnectionTable, fitting, protocols, raise_file_limit
from handlers.web.sockets import SocketLimits
from handlers.web.source import BodyPlaces, SourceRates, Sources
from handlers.web.webhooks import WebhookLimits, Webhooks

if TYPE_CHECKING:
    from handlers.console import ImportRuns, ZaloAccount

log = logging.getLogger("troly.serve")
_P = ParamSpec("_P")

ROLES = ("chat", "console", "worker")
CLOSE_SECONDS = 3  # what connections have to end in an orderly way
KEPT_SECONDS = 3.0  # of a stop, for what is written when every door is closed
YOUNG_OBJECTS = 20_000  # new objects after which the garbage collector looks at them


async def serve(*, demo: bool, roles: tuple[str, ...]) -> int:
    """Run the service; returns the exit code.

    Raises BadSetting when the settings forbid a start.
    """
    unknown = [r for r in roles if r not in ROLES]
    if unknown or not roles:
        raise BadSetting(f"--roles takes {', '.join(ROLES)}, not {', '.join(unknown) or 'nothing'}")
    settings = load_demo() if demo else load()
    if demo and settings.host not in LOOPBACK:
        log.warning("--demo shows pretend SMS to everybody; listen on 127.0.0.1 only")
    logs.set_up(settings.log_level)
    stop = Stop(settings.stop_seconds)
    with lone_server(settings) or contextlib.nullcontext():
        async with opened(settings, with_demo=demo) as app:
            await _run(app, stop, demo=demo, roles=roles)
    stop.over()
    return 0


async def _run(app: App, stop: Stop, *, demo: bool, roles: tuple[str, ...]) -> None:
    settings = app.settings
    console = "console" in roles
    nudges: list[Callable[[], None]] = []
    voices: dict[str, Say] = {}
    desk = Desk(app.turns, say=voices, nudge=lambda: _each(nudges), text_limit=settings.text_limit)
    errands: list[Callable[[TurnResult], None]] = []
    parts = Parts(app.turns, app.seal, settings, lambda result: _each(errands, result))
    doors = open_doors(parts) if "chat" in roles else {}
    voices |= {name: door.say for name, door in doors.items()}
    imports = _import_runs(app) if console else None
    zalo = _zalo_account(app) if console else None
    web = _web(app, doors, _staff_pages(app, desk, imports, zalo) if imports is not None else (), demo=demo)
    web.app.troubles = functools.partial(troubles_of, doors)
    web.app.readiness = Readiness(app.db, floor=settings.disk_floor_mb * 2**20)
    errands.append(web.run_errands)
    voices["web"] = web.say
    nudges.append(web.nudge)
    if app.gateway is not None:
        app.gateway.listeners.append(web.show_sms)
    server = _Server(
        uvicorn.Config(
            web.app,
            host=settings.host,
            port=settings.port,
            **protocols(_connections(settings)),
            ws_max_size=settings.socket_frame_limit,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
    )
    stop.listen(server.told_to_stop)
    if console:
        await _end_demo_links(app)
    chores = [asyncio.create_task(forget(app))]
    if console:
        chores.append(asyncio.create_task(index_tickets(app)))
    if "chat" in roles:
        chores.append(asyncio.create_task(load_names(app)))
    if app.passwords is not None:
        app.passwords.announce = functools.partial(_announce, web, doors)
        chores.append(asyncio.create_task(resume_changes(app.passwords)))
    if app.code_sender is not None and "worker" in roles:
        chores.append(asyncio.create_task(sweep(app)))
    worker = await worker_of(app, desk) if "worker" in roles else None
    if worker is not None:
        nudges.append(worker.nudge)
    serving = asyncio.create_task(server.serve())
    try:
        await _started(server, serving)
        await web.start()
        for door in doors.values():
            await door.start()
        _freeze_startup_objects()
        if worker is not None:
            await worker.start()
        if serving.done() is False:
            links = await _demo_links(app) if demo and console else []
            print(_greeting(settings, links, demo=demo), flush=True)
        told = asyncio.create_task(server.told.wait())
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
    finally:
        server.should_exit = True
        for chore in chores:
            chore.cancel()
        seconds = stop.left(KEPT_SECONDS)  # everything stops side by side, and none has longer
        stops = [web.stop(seconds), *(door.stop() for door in doors.values())]
        if worker is not None:
            stops.append(worker.stop(seconds))
        if imports is not None:
            stops.append(imports.stop())
        if zalo is not None:
            stops.append(zalo.api.stop())
        tasks = [serving, *(asyncio.create_task(one) for one in stops), *chores]
        late = await side_by_side(tasks, seconds)
        if late:
            log.warning("%d parts did not stop in time; the outbox keeps what they held", late)
        if console:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await _end_demo_links(app)
    if not serving.cancelled():
        await serving  # its own trouble, if it had any


def _freeze_startup_objects() -> None:
    """Have the garbage collector never again walk through what start-up made: a full walk stands still for 0.2 s.

    And let it look less often: a turn makes hundreds of objects that end by themselves.
    """
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.collect()
    gc.freeze()


def _each(calls: Iterable[Callable[_P, None]], *args: _P.args, **named: _P.kwargs) -> None:
    for call in calls:
        call(*args, **named)


class _Server(uvicorn.Server):
    """uvicorn without its own signals: it would raise them again at its end and cut off what is still to be said."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told = asyncio.Event()

    def told_to_stop(self) -> None:
        """Stop taking in."""
        self.told.set()
        self.should_exit = True


async def _started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            raise BadSetting(
                f"cannot listen on {server.config.host}:{server.config.port}: is the port taken?"
            )
        await asyncio.sleep(0.01)


LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEMO_STAFF = (  # name, role, what its link is called; no link for the last
    ("can.bo", "officer", "the console as an officer"),
    ("quan.tri", "admin", "the console as an admin"),
    ("quan.tri.2", "admin", "as a second admin"),
    ("kiem.tra", "auditor", ""),
)
NO_END = 10 * 365 * 86400.0  # seconds; a demo link ends with its process


async def _demo_links(app: App) -> list[str]:
    """Demo staff and their links, as lines to print; they are good while this process runs, on loopback only."""
    if app.settings.host not in LOOPBACK:
        return ["Demo: no console links, because this does not listen on 127.0.0.1 only"]
    now, lines = time.time(), []
    async with app.db.writing() as connection:
        await app.db.lock(connection, "demo")  # two processes may start at once
        for name, role, called in DEMO_STAFF:
            member = await staff.by_name(connection, name) or await staff.add(connection, name, role, now)
            if called:
                token = await staff.new_link(
                    connection, member.id, until=now + NO_END, at=now, uses=staff.MANY
                )
                lines.append(f"Demo: {called:<27}{app.settings.address}/console/sign-in/{token}")
    return lines


async def _end_demo_links(app: App) -> None:
    """Wipe the links of a demo, this one's or one's that was killed."""
    with logged("demo links could not be wiped"):
        async with app.db.writing() as connection:
            await staff.wipe_demo_links(connection)


def _greeting(settings: Settings, links: list[str], *, demo: bool) -> str:
    lines = [f"Trợ lý VssID: chat as a citizen  {settings.address}/"]
    if demo:
        lines.append("Demo: synthetic people only, SMS appear on the page. Try: Trần Thị Bé Ba 17/01/1983")
        if settings.accounts == "local":
            lines.append(f"Demo: every account has the password “{PASSWORD}”. Try: đổi mật khẩu, 8800000001")
    lines += links
    lines += [
        f"{label(n)}: not connected (set {how})" for n, is_set, how in connections_of(settings) if not is_set
    ]
    lines.append("Stop with Ctrl-C.")
    return "\n".join(lines)


def connections_of(s: Settings) -> list[tuple[str, bool, str]]:
    """Name of each channel that needs a token, whether it has one, and the setting that holds it."""
    return [
        ("telegram", bool(s.telegram_token), "TROLY_TELEGRAM_TOKEN"),
        ("zalo", bool(s.zalo_app_id), "TROLY_ZALO_APP_ID"),
        ("zalobot", bool(s.zalo_bot_token), "TROLY_ZALO_BOT_TOKEN"),
    ]


def _zalo_account(app: App) -> ZaloAccount | None:
    """What the console's page of the Official Account needs, where one is set."""
    s = app.settings
    if not s.zalo_app_id:
        return None
    from handlers.console import ZaloAccount
    from handlers.zalo.oa.configured import api_of
    from handlers.zalo.oa.door import PATH
    from handlers.zalo.oa.signature import Signature

    api = api_of(s, app.db, app.seal, connections=4)
    signature = Signature(s.zalo_app_id, s.zalo_oa_secret)
    return ZaloAccount(api, signature, f"{s.address}/console/zalo", f"{s.address}{PATH}")


def _import_runs(app: App) -> ImportRuns:
    """The lists that admins upload; what a killed process left of them is deleted."""
    from handlers.console import ImportLimits, ImportRuns

    s = app.settings
    runs = ImportRuns(
        app.db,
        app.seal,
        secret=secret_for(s),
        data_dir=s.data_dir,
        limits=ImportLimits(**{name: getattr(s, name) for name in ImportLimits.__dataclass_fields__}),
        clock=app.turns.clock,
    )
    runs.start()
    return runs


def _staff_pages(app: App, desk: Desk, imports: ImportRuns, zalo: ZaloAccount | None) -> list[Route]:
    """The console's routes; it is loaded only where it is served."""
    from handlers.console import Console, Rules, Sending

    s = app.settings
    rules = Rules(
        idle_minutes=s.staff_idle_minutes,
        session_hours=s.staff_session_hours,
        failures_per_minute=s.sign_in_failures_per_minute,
        alarm_per_minute=s.sign_in_alarm_per_minute,
        live_seconds=s.console_live_seconds,
        text_limit=s.text_limit,
    )
    return Console(
        app.turns,
        desk,
        address=s.address,
        rules=rules,
        limits=limits_of(s),
        sending=Sending(
            {name: how for name, connected, how in connections_of(s) if not connected},
            {"zalo": s.zalo_price_dong},
        ),
        zalo=zalo,
        sources=Sources(proxy_networks(s.trusted_proxies)),
        imports=imports,
        accounts=app.passwords.accounts
        if app.passwords is not None and app.code_sender is not None
        else None,
    ).routes


def _connections(s: Settings) -> ConnectionTable:
    """The table of the web server's connections, and room for them among this process's open files."""
    limits = ConnectionLimits(
        in_all=s.connections,
        per_source=s.connections_per_source,
        head_seconds=s.request_head_seconds,
        body_seconds=s.request_body_seconds,
        idle_seconds=s.request_idle_seconds,
        unread_seconds=s.answer_seconds,
        head_bytes=s.request_head_bytes,
    )
    return ConnectionTable(
        fitting(limits, raise_file_limit()),
        https=s.address.startswith("https://"),
        trusted=proxy_networks(s.trusted_proxies),
    )


def _web(app: App, doors: Mapping[str, Door], staff_pages: Sequence[Route], *, demo: bool) -> Web:
    s = app.settings
    return Web(
        app.turns,
        address=s.address,
        demo=demo,
        text_limit=s.text_limit,
        frames_per_minute=s.socket_per_minute,
        code_sender=app.code_sender,
        passwords=app.passwords,
        say_elsewhere={name: door.say for name, door in doors.items()},
        webhooks=Webhooks(
            webhooks_of(doors),
            WebhookLimits(
                at_once=s.webhooks_at_once,
                reading=s.webhook_bodies,
                reading_source=s.webhook_bodies_source,
                body_seconds=s.webhook_body_seconds,
            ),
            Sources(proxy_networks(s.trusted_proxies)),
        ),
        staff_pages=staff_pages,
        sources=Sources(proxy_networks(s.trusted_proxies)),
        source_rates=SourceRates(
            sockets_per_minute=s.sockets_per_minute_source,
            frames_per_minute=s.frames_per_minute_source,
            papers_per_minute=s.papers_per_minute_source,
            secure_posts_per_minute=s.secure_posts_per_minute_source,
            secure_posts_in_all=s.secure_posts_per_minute,
            secure_posts_when_busy=s.secure_posts_when_busy,
        ),
        embed_origins=embed_origins(s.embed_origins),
        counter_seconds=s.counter_seconds,
        picture_bodies=BodyPlaces(s.portrait_bodies, s.portrait_bodies_source, s.portrait_body_seconds),
        socket_limits=SocketLimits(
            per_conversation=s.sockets_per_conversation,
            per_source=s.sockets_per_source,
            in_all=s.sockets_in_all,
            queue=s.socket_queue,
            send_seconds=s.socket_send_seconds,
        ),
    )


async def _announce(web: Web, doors: Mapping[str, Door], result: TurnResult) -> None:
    """Tell a conversation what became of its change of password, and send the message that says so."""
    door = doors.get(result.address.partition(":")[0])
    if door is not None:
        door.say(result)
    elif result.address.startswith("web:"):
        await web.say(result)
    web.run_errands(result)
