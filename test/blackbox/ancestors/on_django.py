"""The endpoints on Django, for gunicorn."""
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import Http404, StreamingHttpResponse
from django.urls import path

from sources import ENDPOINTS, journal

settings.configure(ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, SECRET_KEY='of a comparison, not of a site')


def not_found():
    raise Http404


def answer(request, name):
    status, headers, source = ENDPOINTS[name]
    blocks = source(journal(request.GET.get('id')), not_found)
    return StreamingHttpResponse(blocks, status=status, headers=headers, content_type='text/plain')


urlpatterns = [path('<name>', answer)]
application = get_wsgi_application()
