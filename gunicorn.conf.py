"""How the portal is served; gunicorn reads this file by itself. Each knob is an environment variable."""

import os

wsgi_app = "musicgen.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Threads, because every open progress stream holds one: there must be more of them than EVENT_STREAMS.
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = int(os.environ.get("WEB_THREADS", "16"))

backlog = 4096
timeout = 60
graceful_timeout = 10
max_requests = 100_000
control_socket_disable = True
accesslog = "-" if os.environ.get("ACCESS_LOG") else None
