"""Carries released messages out while the service runs, one after the other; it holds no lock while sending."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from marktplatz.settings import Settings
from marktplatz.usecases.delivery import Letter, SmtpServer, begin_attempt, end_attempt, find_due, send
from marktplatz.web.service import Service

ROUND_S: Final = 30.0
logger = logging.getLogger("marktplatz.mail")


def smtp_server(settings: Settings) -> SmtpServer | None:
    """None where no mail server is set: messages then wait, and links are printed by the command line."""
    if settings.smtp_host is None or settings.smtp_sender is None:
        return None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password is not None else None
    return SmtpServer(
        settings.smtp_host, settings.smtp_port, settings.smtp_sender, settings.smtp_security, settings.smtp_user, password
    )


@asynccontextmanager
async def carrying(service: Service) -> AsyncIterator[None]:
    """The postman's rounds, as long as the service lives; none without a mail server."""
    server = smtp_server(service.settings)
    if server is None:
        yield
        return
    rounds = asyncio.create_task(_go_round(service, server))
    try:
        yield
    finally:
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)


async def _go_round(service: Service, server: SmtpServer) -> None:
    while True:
        service.mail_waits.clear()
        try:
            await carry(service, server)
        except SQLAlchemyError as error:
            logger.warning("no mail this round: %s", type(error).__name__)
        try:
            await asyncio.wait_for(service.mail_waits.wait(), ROUND_S)
        except TimeoutError:
            continue


async def carry(service: Service, server: SmtpServer) -> None:
    for message_id, chain in await run_in_threadpool(_find_due, service):
        async with service.queue.turn(chain):
            letter = await run_in_threadpool(_begin, service, chain, message_id, server)
        if letter is None:
            continue
        failure = await run_in_threadpool(send, server, letter)
        if failure is not None:
            logger.warning("message %s was not sent: %s", message_id, failure)
        async with service.queue.turn(chain):
            await run_in_threadpool(_end, service, chain, letter, failure)


def _find_due(service: Service) -> list[tuple[str, str]]:
    with service.database.read() as session:
        return find_due(session, service.clock())


def _begin(service: Service, chain: str, message_id: str, server: SmtpServer) -> Letter | None:
    with service.database.write(chain) as session:
        return begin_attempt(session, service.clock(), message_id, server, service.settings.base_url)


def _end(service: Service, chain: str, letter: Letter, failure: str | None) -> None:
    with service.database.write(chain) as session:
        end_attempt(session, service.clock(), letter, failure)
