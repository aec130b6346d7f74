"""The endpoints on Flask, for gunicorn."""
from flask import Flask, Response, abort, request, stream_with_context

from sources import ENDPOINTS, journal

application = Flask(__name__)


@application.get('/<name>')
def answer(name):
    status, headers, source = ENDPOINTS[name]
    blocks = source(journal(request.args.get('id')), lambda: abort(404))
    return Response(stream_with_context(blocks), status=status, headers=headers, mimetype='text/plain')
