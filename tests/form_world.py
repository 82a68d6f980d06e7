"""A form of a page as a browser would send it: with everything that stands in it, and what somebody typed over it."""

from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient

HTML = {"Accept": "text/html"}


class _Forms(HTMLParser):
    """The values of every form, by its address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.found.setdefault(given.get("action", ""), {})
        if self._form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._form[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self._form or "selected" in given):
            self._form[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self._form[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def fields(browser: TestClient, page: str, action: str | None = None) -> dict[str, str]:
    """What the form to `action`, or to the page itself, would send untouched."""
    shown = browser.get(page, headers=HTML)
    assert shown.status_code == 200, shown.text[:2000]
    forms = _Forms()
    forms.feed(shown.text)
    return dict(forms.found[action or page.partition("?")[0]])


def send(browser: TestClient, page: str, action: str | None = None, **typed: Any) -> Any:
    """Open a page, fill in one of its forms, send it; names with dots are given with `__`."""
    address = action or page.partition("?")[0]
    sent = fields(browser, page, address) | {name.replace("__", "."): value for name, value in typed.items()}
    return browser.post(address, data=sent, headers=HTML, follow_redirects=False)
