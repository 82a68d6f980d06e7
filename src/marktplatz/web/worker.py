"""The service worker: a script of ours that browsers take only from the root, where it may stand before every page."""

from importlib.resources import files

from fastapi import FastAPI, Response


def add_worker(app: FastAPI) -> None:
    script = (files("marktplatz.web") / "static" / "worker.js").read_bytes()

    @app.get("/sw.js", include_in_schema=False)
    def read_worker() -> Response:
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
