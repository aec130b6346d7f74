"""Flask, for gunicorn and for uWSGI."""
import os
import signal
import threading

from flask import Flask, Response, jsonify, request, stream_with_context

import source

app = Flask(__name__)
FAST_HEAD = 'the head of a Response is made before its body'


def send_source(status=200, headers=None, read_name=None):
    body = source.blocks(request.args, read_name)
    return Response(stream_with_context(body), status, headers, content_type=source.TEXT)


@app.get('/hello')
def hello():
    return Response('hello\n', content_type=source.TEXT)


@app.get('/blocks')
def blocks():
    return send_source()


@app.get('/length')
def length():
    return send_source(headers={'Content-Length': request.args['length']})


@app.get('/status')
def status():
    return send_source(int(request.args['status']))


@app.get('/empty')
def empty():
    return Response(iter(['a', '', 'b']))


@app.get('/context')
def context():
    return send_source(read_name=lambda: request.args['name'])


@app.get('/inject')
def inject():
    return Response('ok', headers={'X-Value': request.args['value']})


@app.get('/state')
def state():
    return jsonify(source.read_note(request.args.get('id')))


@app.post('/stop')
def stop():
    # A worker of gunicorn has the arbiter as its parent, one of uWSGI has the master.
    name = os.environ.get('STOP_SIGNAL', 'SIGTERM')
    threading.Timer(0.1, os.kill, (os.getppid(), getattr(signal, name))).start()
    return Response(status=202)


@app.get('/late-head')
def late_head():
    return Response(status=404, headers={'X-Not-Offered': FAST_HEAD})


@app.errorhandler(404)
def not_offered(_error):
    return Response(status=404, headers={'X-Not-Offered': 'Flask has no means of its own for it'})
