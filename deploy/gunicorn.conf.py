"""How gunicorn serves FitTrack; `PORT` and `WEB_WORKERS` are read from the environment."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
worker_class = "fittrack.httpd.Worker"
# Without it one worker may take every kept-alive connection, and its threads fight for the GIL.
reuse_port = True
logger_class = "fittrack.httpd.Log"
# No header of a request moves the application to another path.
forwarder_headers = ""
keepalive = 30
# Loaded once before the fork; connections open after it.
preload_app = True
# gunicorn would else replace whatever stands at a path shared by all of a user's servers.
control_socket_disable = True
graceful_timeout = 20
timeout = 60
# The application logs each request itself, without query strings or bodies.
accesslog = None
