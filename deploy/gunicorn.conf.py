"""How gunicorn serves the portal, in development and behind nginx."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 30
graceful_timeout = 20

# Only nginx on this machine may say who the visitor is and whether TLS was used.
forwarded_allow_ips = "127.0.0.1"

# nginx writes the access log; without nginx, GUNICORN_ACCESS_LOG=- prints one.
accesslog = os.environ.get("GUNICORN_ACCESS_LOG") or None

# The service manager controls us; gunicorn's own control socket would lie in the home folder.
control_socket_disable = True
