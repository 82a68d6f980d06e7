"""The MARKTPLATZ_* variables; read by the web and the command line only."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field
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
    smtp_host: str | None = None
    solve_time_limit_s: float = Field(default=120.0, gt=0)
    solve_memory_mb: int = Field(default=2_000, ge=200)
    solves_at_once: int = Field(default=1, ge=1, le=16)
    idempotency_keep_hours: int = Field(default=48, ge=24)
    log_format: Literal["text", "json"] = "text"
    language: str = "de"

    @cached_property
    def is_https(self) -> bool:
        return self.base_url.lower().startswith("https://")

    @property
    def database(self) -> str:
        """The database's URL: as set, or the file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'marktplatz.sqlite3'}"
