"""The portal without its limits: what the test of the limits is measured against."""

from django.conf import settings

from facturamos.wsgi import application

settings.ACCOUNT_RATE_LIMITS = False

__all__ = ["application"]
