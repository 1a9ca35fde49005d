"""The documentation page, its scripts out of the package fastapi-offline: many a gate's network has no internet."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

PAGE, SCRIPTS = "/docs", "/docs/scripts"


def serve_docs(app: FastAPI) -> None:
    """Add the page to an app that was made without one."""
    app.mount(SCRIPTS, StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"))
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{SCRIPTS}/swagger-ui-bundle.js",
        swagger_css_url=f"{SCRIPTS}/swagger-ui.css",
        swagger_favicon_url=f"{SCRIPTS}/favicon.png",
    )

    @app.get(PAGE, include_in_schema=False)
    def documentation() -> HTMLResponse:
        return page
