from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "ocop_portal.reminders"
    label = "reminders"
    verbose_name = "Nhắc việc"
