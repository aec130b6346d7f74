"""Flask on one synchronous gunicorn worker."""
import sys

from flask import Flask, Response
from gunicorn.app.base import BaseApplication

import sources
import stamped_sources

app = Flask(__name__)


@app.route('/hello')
def hello():
    return Response('Hello, world', mimetype='text/plain')


@app.route('/blocks')
def blocks():
    return Response(sources.blocks(), mimetype='text/plain')


@app.route('/large')
def large():
    return Response(sources.large_blocks(), mimetype='text/plain')


@app.route('/busy')
def busy():
    return Response(sources.busy_blocks(), mimetype='text/plain')


@app.route('/arrivals')
def arrivals():
    return Response(stamped_sources.busy_arrivals(), mimetype='text/plain')


@app.route('/cities.csv')
def cities():
    return Response(sources.csv_lines(), mimetype='text/csv')


class Server(BaseApplication):
    def load_config(self):
        self.cfg.set('bind', '127.0.0.1:' + sys.argv[1])
        self.cfg.set('workers', 1)
        self.cfg.set('post_worker_init', lambda worker: print('READY', flush=True))

    def load(self):
        return app


Server().run()
