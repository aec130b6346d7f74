"""Starlette, for uvicorn."""
import asyncio
import contextvars
import os
import signal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import source

current_name = contextvars.ContextVar('name', default=None)


def send_source(request, read_name=None, **options):
    body = source.async_blocks(request.query_params, read_name)
    return StreamingResponse(body, media_type='text/plain', **options)


async def hello(request):
    return PlainTextResponse('hello\n')


async def blocks(request):
    return send_source(request)


async def length(request):
    return send_source(request, headers={'Content-Length': request.query_params['length']})


async def status(request):
    return send_source(request, status_code=int(request.query_params['status']))


async def empty(request):
    async def body():
        for block in ['a', '', 'b']:
            yield block

    return StreamingResponse(body())


async def context(request):
    current_name.set(request.query_params['name'])
    return send_source(request, current_name.get)


async def inject(request):
    return PlainTextResponse('ok', headers={'X-Value': request.query_params['value']})


async def state(request):
    return JSONResponse(source.read_note(request.query_params.get('id')))


async def stop(request):
    asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)
    return Response(status_code=202)


async def late_head(request):
    why = 'the head of a StreamingResponse is made before its body'
    return Response(status_code=404, headers={'X-Not-Offered': why})


async def not_offered(request, error):
    return Response(status_code=404, headers={'X-Not-Offered': 'Starlette has no means of its own for it'})


app = Starlette(
    routes=[
        Route('/hello', hello),
        Route('/blocks', blocks),
        Route('/compressed', blocks, middleware=[Middleware(GZipMiddleware)]),
        Route('/length', length),
        Route('/status', status),
        Route('/empty', empty),
        Route('/context', context),
        Route('/inject', inject),
        Route('/state', state),
        Route('/stop', stop, methods=['POST']),
        Route('/late-head', late_head),
    ],
    exception_handlers={404: not_offered},
)
