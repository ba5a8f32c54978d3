from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Đánh giá, xếp hạng"

    def ready(self) -> None:
        from . import (  # noqa: F401  they register
            composition,
            deadlines,
            handing_in,
            referral_work,
            round_deadlines,
            rules,
            work,
        )
