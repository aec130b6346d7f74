"""The same Flask on uWSGI, and what uWSGI has besides: its compression, and its own way to stop."""
import threading

import uwsgi
from flask import Response

import flask_app

app = flask_app.app


@app.get('/compressed')
def compressed():
    reply = flask_app.send_source()
    reply.headers['uWSGI-Encoding'] = 'gzip'
    return reply


def ask_master():
    with open(uwsgi.opt['master-fifo'], 'w') as fifo:
        fifo.write('q')


def stop():
    threading.Timer(0.1, ask_master).start()
    return Response(status=202)


app.view_functions['stop'] = stop
