"""How gunicorn serves the portal, in development and behind nginx."""

import os

import weasyprint  # noqa: F401 (before the workers part: none makes a customer wait for it)

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 30
graceful_timeout = 20

# Only nginx on this machine may say who the visitor is and whether TLS was used.
forwarded_allow_ips = "127.0.0.1"

# No access log: the portal writes a line for each request itself, without the secrets that stand in
# some addresses. What gunicorn says of itself has the same form.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "facturamos.logs.formatter",
            "as_json": os.environ.get("ENVIRONMENT") == "production",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "INFO", "handlers": []},
    "loggers": {"gunicorn.error": {"handlers": ["console"], "propagate": False}},
}

# The service manager controls us; gunicorn's own control socket would lie in the home folder.
control_socket_disable = True
