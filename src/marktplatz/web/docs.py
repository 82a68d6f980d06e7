"""The API's documentation at /docs, without the internet: its assets lie in an installed package and are served by us."""

from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from marktplatz.web.headers import CONTENT_POLICY

PAGE: Final = """<!DOCTYPE html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marktplatz: API</title>
<link rel="stylesheet" href="/static/api-docs/swagger-ui.css">
<link rel="icon" href="/static/api-docs/favicon.png">
</head>
<body>
<noscript>{noscript}</noscript>
<div id="api"></div>
<script src="/static/api-docs/swagger-ui-bundle.js"></script>
<script src="/static/own/api-docs.js"></script>
</body>
</html>
"""


def add_docs(app: FastAPI, noscript: str) -> None:
    app.mount("/static/api-docs", StaticFiles(directory=str(files("fastapi_offline") / "static")))
    app.mount("/static/own", StaticFiles(directory=str(files("marktplatz.web") / "static")))
    page = PAGE.format(noscript=noscript)

    @app.get("/docs", include_in_schema=False)
    def show_docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": f"{CONTENT_POLICY}; img-src 'self' data:"})
