"""The switch process: the exchanges' requests in a small pool of threads, on a port of its own."""

from a2wsgi import WSGIMiddleware

from callcenter.wsgi import application as django_application

DATABASE_THREADS = 4
application = WSGIMiddleware(django_application, workers=DATABASE_THREADS)
