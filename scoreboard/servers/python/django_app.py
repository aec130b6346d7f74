"""Django in one file, for gunicorn; with COMPRESS=1 behind its GZipMiddleware."""
import contextvars
import os
import signal
import threading

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

import source

COMPRESS = os.environ.get('COMPRESS') == '1'
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.common.CommonMiddleware']
if COMPRESS:
    # Its documentation: before any other that reads or writes the body.
    MIDDLEWARE.insert(0, 'django.middleware.gzip.GZipMiddleware')
settings.configure(
    ALLOWED_HOSTS=['*'], MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF=__name__, SECRET_KEY='scoreboard', USE_TZ=True
)

current_name = contextvars.ContextVar('name', default=None)


def send_source(request, read_name=None, **options):
    return StreamingHttpResponse(source.blocks(request.GET, read_name), content_type=source.TEXT, **options)


def hello(request):
    return HttpResponse('hello\n', content_type=source.TEXT)


def blocks(request):
    return send_source(request)


def length(request):
    return send_source(request, headers={'Content-Length': request.GET['length']})


def status(request):
    return send_source(request, status=int(request.GET['status']))


def empty(request):
    return StreamingHttpResponse(['a', '', 'b'])


def context(request):
    current_name.set(request.GET['name'])
    return send_source(request, current_name.get)


def inject(request):
    return HttpResponse('ok', headers={'X-Value': request.GET['value']})


def state(request):
    return JsonResponse(source.read_note(request.GET.get('id')))


def stop(request):
    # A worker of gunicorn has the arbiter as its parent.
    threading.Timer(0.1, os.kill, (os.getppid(), signal.SIGTERM)).start()
    return HttpResponse(status=202)


def not_offered(request, exception=None):
    return HttpResponse(status=404, headers={'X-Not-Offered': 'Django has no means of its own for it'})


def late_head(request):
    why = 'the head of a StreamingHttpResponse is made before its body'
    return HttpResponse(status=404, headers={'X-Not-Offered': why})


views = [hello, blocks, length, status, empty, context, inject, state, stop]
urlpatterns = [path(view.__name__, view) for view in views] + [path('late-head', late_head)]
if COMPRESS:
    urlpatterns.append(path('compressed', blocks))
handler404 = not_offered

app = get_wsgi_application()
