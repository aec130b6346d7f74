"""The endpoints on CherryPy and its own server: `python3 on_cherrypy.py PORT`."""
import sys

import cherrypy

from sources import ENDPOINTS, journal


def not_found():
    raise cherrypy.NotFound()


class Root:
    @cherrypy.expose
    @cherrypy.config(**{'response.stream': True})
    def default(self, name, id=None):
        status, headers, source = ENDPOINTS[name]
        cherrypy.response.status = status
        cherrypy.response.headers['Content-Type'] = 'text/plain'
        cherrypy.response.headers.update(headers)
        return source(journal(id), not_found)


if __name__ == '__main__':
    cherrypy.config.update({'environment': 'production', 'server.socket_port': int(sys.argv[1])})
    cherrypy.quickstart(Root())
