"""What all pages share: templates in the reader's language, the page of an error, the way on after a deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marktplatz.errors import Finding
from marktplatz.usecases.identifiers import step
from marktplatz.usecases.secrecy import make_secret
from marktplatz.vocabulary import Role
from marktplatz.web.identity import ANONYMOUS, Identity
from marktplatz.web.language import LANGUAGES, find_language
from marktplatz.web.pages.forms import FormRefused
from marktplatz.web.pages.posts import home_of
from marktplatz.wording import translate, translate_number
from marktplatz.wording.dates import amount_text, day_text, instant_text, time_text
from marktplatz.wording.findings import finding_text
from marktplatz.wording.pages import done_text, word
from marktplatz.wording.problems import title_of_status

OWN: Final = "/static/own/"


@dataclass(frozen=True)
class Pages:
    """The templates, once a language; `static` knows the hash of every file of ours, which is part of its address."""

    by_language: Mapping[str, Environment]

    @classmethod
    @cache
    def make(cls) -> "Pages":
        """The same for every application of a process: templates are compiled once."""
        return cls({language: _make_environment(language) for language in LANGUAGES})


def _make_environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("marktplatz.web", "templates"),
        autoescape=True,
        auto_reload=False,  # else every page asks the disk after each of its templates
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translate(message, language),
        lambda one, many, count: translate_number(one, many, count, language),
        newstyle=True,
    )
    environment.globals.update(static=static_address, step=step, once=make_secret, home_of=home_of, Role=Role)
    environment.filters.update(
        day=lambda value: day_text(value, language),
        moment=lambda value, zone="Europe/Berlin": instant_text(value, zone, language),
        time=lambda value, zone="Europe/Berlin": time_text(value, zone),
        amount=lambda value: amount_text(value, language),
        word=lambda value: word(value, language),
        said=lambda finding: finding_text(finding, language),
        lines=_lines,
    )
    return environment


def show(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page; `context` is what its template asks for."""
    language = find_language(request)
    pages: Pages = request.app.state.pages
    body = pages.by_language[language].get_template(template).render(_frame(request, language), **context)
    return HTMLResponse(body, status, {"Content-Language": language})


def _frame(request: Request, language: str) -> dict[str, Any]:
    """What every template may use: who is looking, in which language, what was just done, and where they are."""
    identity: Identity = getattr(request.state, "identity", ANONYMOUS)
    return {
        "identity": identity,
        "form_token": identity.form_secret or "",
        "own_roles": getattr(request.state, "roles", frozenset()),
        "language": language,
        "other_languages": [other for other in LANGUAGES if other != language],
        "done": done_text(request.query_params.get("done", ""), language),
        "here": request.url.path,
        "here_with_query": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def go(*steps: str, done: str | None = None, fragment: str | None = None, **query: str) -> RedirectResponse:
    """On to another page after a deed, so that reloading does nothing twice; `done` is a word that `wording.pages` knows."""
    asked = {**query, **({"done": done} if done is not None else {})}
    address = "/" + "/".join(map(step, steps))
    return RedirectResponse(address + (f"?{urlencode(asked)}" if asked else "") + (f"#{fragment}" if fragment else ""), 303)


def go_to(address: str, done: str | None = None) -> RedirectResponse:
    """To an address of ours that somebody sent along; anything that could lead elsewhere leads to the start."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        address = "/"
    if done is not None:
        address += ("&" if "?" in address else "?") + urlencode({"done": done})
    return RedirectResponse(address, 303)


def show_problem(request: Request, status: int, findings: list[Finding], **more: Any) -> HTMLResponse:
    """An error as a page: what is wrong, and the way out. Whoever must sign in gets the form for it."""
    language = find_language(request)
    template = "sign_in.html" if status == 401 and request.method == "GET" else "problem.html"
    context = {"kind": status, "title": title_of_status(status, language), "findings": findings, "form": None, **more}
    return show(request, template, status, market=None, next_address=str(request.url.path), **context)


def install_pages(app: FastAPI) -> None:
    app.state.pages = Pages.make()
    app.state.show_problem = show_problem
    # Not caught in the route: the transaction, which ends around it, would count the refused deed as done.
    app.add_exception_handler(FormRefused, _answer_refused)


async def _answer_refused(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, FormRefused)  # noqa: S101 what it was registered for
    return error.answer


@cache
def static_address(name: str) -> str:
    """With the hash of the content, so that browsers may keep the file for ever."""
    content = (files("marktplatz.web") / "static" / name).read_bytes()
    return f"{OWN}{name}?v={sha256(content).hexdigest()[:12]}"


def _lines(text: str | None) -> Markup:
    """Text with its own line breaks, escaped."""
    return Markup("<br>").join((text or "").strip().split("\n"))
