"""The MARKTPLATZ_* variables; read by the web and the command line only."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(text: object) -> object:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several words in one variable, separated by commas."""


class Settings(BaseSettings):
    """What an installation may set. Nothing is needed to begin: the default is one SQLite file in the user's data folder."""

    model_config = SettingsConfigDict(env_prefix="MARKTPLATZ_", frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: user_data_path("marktplatz", appauthor=False))
    database_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: Words = ("127.0.0.1", "localhost", "[::1]")
    trusted_proxies: Words = ()
    max_body_bytes: int = Field(default=1_000_000, ge=10_000)
    max_upload_bytes: int = Field(default=20_000_000, ge=10_000)
    max_connections: int = Field(default=3_000, ge=10)
    solve_time_limit_s: float = Field(default=120.0, gt=0)
    solve_memory_mb: int = Field(default=2_000, ge=200)
    solves_at_once: int = Field(default=1, ge=1, le=16)
    idempotency_keep_hours: int = Field(default=48, ge=24)
    requests_per_minute: int = Field(default=600, ge=1)
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_sender: str | None = None
    second_copy: Path | None = None
    log_format: Literal["text", "json"] = "text"
    language: str = "de"

    @model_validator(mode="after")
    def _mails_have_a_sender(self) -> Self:
        if self.smtp_host is not None and self.smtp_sender is None:
            raise ValueError("MARKTPLATZ_SMTP_HOST needs MARKTPLATZ_SMTP_SENDER")
        return self

    @cached_property
    def is_https(self) -> bool:
        return self.base_url.lower().startswith("https://")

    @property
    def database(self) -> str:
        """The database's URL: as set, or the file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'marktplatz.sqlite3'}"
