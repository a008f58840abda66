"""The baseline: bare aiohttp with uvloop, answering a constant of the size of a challenge."""

import os

import orjson
import uvloop
from aiohttp import web

BODY = orjson.dumps({"title": "x" * 60, "description": "y" * 600, "version": 1})


async def constant(_request: web.Request) -> web.Response:
    return web.Response(body=BODY, content_type="application/json")


uvloop.install()
app = web.Application()
app.router.add_get("/constant", constant)
web.run_app(app, host="127.0.0.1", port=int(os.environ["BARE_HTTP_PORT"]), print=None, access_log=None)
