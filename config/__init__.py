"""Settings, root addresses, the worker's schedule, and refusals turned into HTTP."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
