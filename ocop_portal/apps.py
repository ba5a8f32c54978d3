"""The portal itself as a Django app: template tags, system checks, the Celery app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "ocop_portal"
    verbose_name = "Cổng thông tin OCOP"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the system checks
        from .celery import app  # noqa: F401  tasks called from a view need the app configured
