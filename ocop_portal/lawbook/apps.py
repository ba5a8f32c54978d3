from django.apps import AppConfig


class LawbookConfig(AppConfig):
    name = "ocop_portal.lawbook"
    label = "lawbook"
    verbose_name = "Quyết định và bộ tiêu chí"
