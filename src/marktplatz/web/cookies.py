"""The cookie of a login or a station: for this host alone, over HTTPS where there is HTTPS, not for scripts, not from elsewhere."""

from datetime import timedelta

from fastapi import Response

from marktplatz.usecases.logins import LOGIN_TIME
from marktplatz.web.identity import HTTP_COOKIE, HTTPS_COOKIE


def put_login(response: Response, secret: str, *, is_https: bool, lasts: timedelta = LOGIN_TIME) -> None:
    response.set_cookie(
        HTTPS_COOKIE if is_https else HTTP_COOKIE,
        secret,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def drop_login(response: Response, *, is_https: bool) -> None:
    name = HTTPS_COOKIE if is_https else HTTP_COOKIE
    response.delete_cookie(name, path="/", secure=is_https, httponly=True, samesite="lax")
