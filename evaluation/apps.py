from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Đánh giá, xếp hạng"

    def ready(self) -> None:
        from . import composition, deadlines, referral_work, round_deadlines, rules, work  # noqa: F401  registers permissions, deadlines, work  # noqa: F401  the same, of the way up
