"""CherryPy on its own server, with streaming switched on where a reply is streamed."""
import sys

import cherrypy

import sources


class Root:
    @cherrypy.expose
    def hello(self):
        return b'Hello, world'

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def blocks(self):
        return sources.blocks()

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def large(self):
        return sources.large_blocks()

    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def busy(self):
        return sources.busy_blocks()

    @cherrypy.expose('cities.csv')
    @cherrypy.config(**{'response.stream': True})
    def cities(self):
        return sources.csv_lines()


cherrypy.config.update({
    'environment': 'production',
    'log.screen': False,
    'server.socket_host': '127.0.0.1',
    'server.socket_port': int(sys.argv[1]),
})
headers = [('Content-Type', 'text/plain')]
config = {'tools.response_headers.on': True, 'tools.response_headers.headers': headers}
cherrypy.tree.mount(Root(), '/', {'/': config})
cherrypy.engine.start()
print('READY', flush=True)
cherrypy.engine.block()
