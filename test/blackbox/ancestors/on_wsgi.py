"""The endpoints as a bare WSGI application, for gunicorn and uWSGI."""
from http import HTTPStatus
from urllib.parse import parse_qs

from sources import ENDPOINTS, journal


def application(environ, start_response):
    status, headers, source = ENDPOINTS[environ['PATH_INFO'].lstrip('/')]
    case = parse_qs(environ['QUERY_STRING']).get('id', [None])[0]
    fields = {'Content-Type': 'text/plain', **headers}
    start_response(f'{status} {HTTPStatus(status).phrase}', list(fields.items()))
    return source(journal(case), None)
