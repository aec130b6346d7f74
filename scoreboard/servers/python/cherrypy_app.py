"""CherryPy on its own server."""
import os
import threading

import cherrypy

import source

FIELDS = [('Content-Type', source.TEXT)]


class Root:
    @cherrypy.expose
    def hello(self):
        cherrypy.response.headers['Content-Type'] = source.TEXT
        return 'hello\n'

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def blocks(self, **query):
        cherrypy.response.headers['Content-Type'] = source.TEXT
        return source.blocks(query)

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True, 'tools.gzip.on': True})
    def compressed(self, **query):
        cherrypy.response.headers['Content-Type'] = source.TEXT
        return source.blocks(query)

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def length(self, **query):
        cherrypy.response.headers['Content-Type'] = source.TEXT
        cherrypy.response.headers['Content-Length'] = query['length']
        return source.blocks(query)

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def status(self, **query):
        cherrypy.response.status = int(query['status'])
        return source.blocks(query)

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def empty(self):
        return ['a', '', 'b']

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def context(self, **query):
        cherrypy.response.headers['Content-Type'] = source.TEXT
        cherrypy.request.visitor = query['name']
        return source.blocks(query, lambda: getattr(cherrypy.request, 'visitor', None))

    @cherrypy.expose
    def inject(self, value):
        cherrypy.response.headers['X-Value'] = value
        return 'ok'

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def state(self, id):
        return source.read_note(id)

    @cherrypy.expose
    def stop(self, **query):
        threading.Timer(0.1, cherrypy.engine.exit).start()
        cherrypy.response.status = 202

    @cherrypy.expose
    def late_head(self):
        cherrypy.response.status = 404
        cherrypy.response.headers['X-Not-Offered'] = 'what is streamed has its head before its body'

    @cherrypy.expose
    def default(self, *path, **query):
        cherrypy.response.status = 404
        cherrypy.response.headers['X-Not-Offered'] = 'CherryPy has no means for it'


cherrypy.config.update({
    'environment': 'production',
    'log.screen': True,
    'server.socket_host': '127.0.0.1',
    'server.socket_port': int(os.environ['PORT']),
    'server.thread_pool': 40,
    'server.shutdown_timeout': 2,
})
cherrypy.quickstart(Root())
