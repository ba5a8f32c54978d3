"""Where Celery looks for tasks; they are written beside what they do."""

from .jobs import take_up, work

__all__ = ["take_up", "work"]
