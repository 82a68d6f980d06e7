"""A form as it was sent: what was typed stays, what is wrong is told beside its field, values are read as cells of a file are."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BeforeValidator, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.exchange.cells import Flaw, is_blank, to_json
from marktplatz.exchange.columns import CellKind, Column
from marktplatz.exchange.validation import finding_of_detail
from marktplatz.market import UNPRINTABLE, Value
from marktplatz.web.csrf import check_form_token

V = TypeVar("V", bound=Value)

LEAST_SEED: Final = 20
"""Shorter keys may come twice."""

OR_NONE: Final = BeforeValidator(lambda asked: asked or None)
"""For a parameter of a form that is sent by GET: an empty choice is none. `kind: Annotated[Kind | None, OR_NONE] = None`."""
LISTS: Final = frozenset((CellKind.TEXTS, CellKind.WORDS))


class FormRefused(Exception):
    """The form again, with what is wrong; nothing of what was begun is kept."""

    def __init__(self, answer: Response) -> None:
        super().__init__("form refused")
        self.answer = answer


class Form:
    """`values` by the fields' names; `errors` are (name or None for the whole form, finding), in the order of finding them."""

    def __init__(self, values: Mapping[str, list[str]], files: Mapping[str, UploadFile] | None = None) -> None:
        self._values = dict(values)
        self.files = dict(files or {})
        self.errors: list[tuple[str | None, Finding]] = []

    @classmethod
    def of(cls, **values: Any) -> "Form":
        """A form that nobody has sent yet, with what is known; names with dots are given with `__`."""
        return cls.filled({name.replace("__", "."): value for name, value in values.items()})

    @classmethod
    def filled(cls, values: Mapping[str, Any]) -> "Form":
        return cls({name: _as_texts(value) for name, value in values.items()})

    @classmethod
    def showing(cls, value: Value, prefix: str = "") -> "Form":
        """With everything that a value says, under the names of its JSON keys."""
        return cls.filled(dict(_flatten(value.model_dump(mode="json", by_alias=True), prefix)))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """One value, without blanks around it; empty where there is none."""
        return next(iter(self._values.get(name, ())), "").strip()

    @property
    def seed(self) -> str | None:
        """What ids of this form's deed are made of, so that a second try on another copy of the data makes the same ones."""
        once = self.text("once")
        return once if len(once) >= LEAST_SEED else None

    def texts(self, name: str) -> list[str]:
        return [text.strip() for text in self._values.get(name, ()) if text.strip()]

    def values_of(self, name: str) -> list[str]:
        """All values as they were sent."""
        return list(self._values.get(name, ()))

    def is_ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def put(self, name: str, value: Any) -> None:
        self._values[name] = _as_texts(value)

    def drop(self, name: str) -> None:
        self._values.pop(name, None)

    def names(self) -> list[str]:
        return list(self._values)

    def errors_of(self, name: str) -> list[Finding]:
        return [finding for field, finding in self.errors if field == name]

    def read(
        self,
        kind: type[V],
        columns: Mapping[str, Column],
        fields: Iterable[str],
        *,
        prefix: str = "",
        base: V | None = None,
        **fixed: Any,
    ) -> V:
        """A value of a market, as its sheet's columns understand text: German dates and decimals, words for codes.

        `columns` are those of a sheet, by key; `fields` are the JSON keys (dotted where nested) that the form asks for: what is
        empty there is said to be unknown. All others are as in `base`, or as `fixed` says. InvalidInput names the fields.
        """
        raw: dict[str, Any] = base.model_dump(mode="json", by_alias=True) if base is not None else {}
        raw |= fixed
        faults: list[Finding] = []
        for key in fields:
            found = self._read_cell(prefix + key, columns[key])
            if isinstance(found, Flaw):
                faults.append(Finding(found.code, Place(field=key), found.params))
            else:
                _put_deep(raw, key, found)
        if faults:
            raise InvalidInput(*faults)
        return read_value(kind, raw)

    def _read_cell(self, name: str, column: Column) -> Any:
        if column.kind in LISTS:
            return self.texts(name)
        if column.kind is CellKind.YES_NO:
            return self.is_ticked(name)
        text = self.text(name)
        return None if is_blank(text) else to_json(text, column)

    @contextmanager
    def refused_by(self, session: Session, show: Callable[[], Response], prefix: str = "") -> Iterator[None]:
        """Whatever a use case refuses in this block is told in the form itself; nothing of what was begun is kept."""
        try:
            yield
        except (InvalidInput, Conflict) as error:
            self.errors += [(self._name_of(finding, prefix), finding) for finding in error.findings]
            with session.no_autoflush:
                answer = show()
            answer.status_code = 409 if isinstance(error, Conflict) else 422
            raise FormRefused(answer) from error

    @contextmanager
    def part(self, prefix: str) -> Iterator[None]:
        """What is refused in this block is about the fields that begin with `prefix`."""
        try:
            yield
        except (InvalidInput, Conflict) as error:
            raise type(error)(*(_under(finding, prefix) for finding in error.findings)) from error

    def _name_of(self, finding: Finding, prefix: str) -> str | None:
        field = finding.place.field
        if field is None:
            return None
        return prefix + field.strip("/").replace("/", ".")


def read_value(kind: type[V], raw: Mapping[str, Any]) -> V:
    """InvalidInput with the dotted names of the fields."""
    try:
        return kind.model_validate_json(json.dumps(raw), by_alias=True, by_name=False)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise InvalidInput(*(finding_of_detail(found, Place(field=_dotted(found["loc"]))) for found in details)) from None


def read_count(text: str) -> int:
    """A number that a form brought along; -1, which is never right, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def read_whole(form: Form, name: str, least: int, most: int) -> int | None:
    """None where nothing was typed."""
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most):
        raise InvalidInput(Finding("whole_number_wrong", Place(field=name), {"least": least, "limit": most}))
    return int(text)


def get_form(request: Request) -> Form:
    """The form that came with the request, of this very login or station where there is one."""
    sent: FormData = request.state.form
    token = sent.get("form_token")
    identity = request.state.identity
    if identity.form_secret is not None:
        check_form_token(identity, token if isinstance(token, str) else None)
    values: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        else:
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    unprintable = [name for name, texts in values.items() if any(UNPRINTABLE.search(text) for text in texts)]
    if unprintable:
        raise InvalidInput(*(Finding("control_character", Place(field=name)) for name in unprintable))
    return Form(values, files)


SentForm = Annotated[Form, Depends(get_form)]


def _under(finding: Finding, prefix: str) -> Finding:
    field = finding.place.field
    if field is None:
        return finding
    return Finding(finding.code, Place(field=prefix + field), finding.params, finding.severity)


def _dotted(loc: Iterable[int | str]) -> str:
    return ".".join(map(str, loc))


def _put_deep(raw: dict[str, Any], key: str, value: Any) -> None:
    first, _, rest = key.partition(".")
    if rest:
        inner = dict(raw.get(first) or {})
        _put_deep(inner, rest, value)
        raw[first] = inner
    else:
        raw[first] = value


def _flatten(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{prefix}{key}.")
        else:
            yield prefix + key, inner


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [text for inner in value for text in _as_texts(inner)]
    if value is None or value is False:
        return []
    if value is True:
        return ["on"]
    return [f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)]
