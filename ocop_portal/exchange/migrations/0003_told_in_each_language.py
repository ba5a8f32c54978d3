"""Why a file or a row was refused is kept in each language; what was told before stays as it was."""

from django.db import migrations, models

TOLD = (("import", "fault"), ("row", "in_the_way"))


def keep(apps, schema_editor):
    for model, name in TOLD:
        rows = apps.get_model("exchange", model).objects.using(schema_editor.connection.alias)
        told = rows.exclude(**{f"{name}_before": ""}).values_list("pk", f"{name}_before")
        for pk, words in list(told):
            rows.filter(pk=pk).update(**{name: {"vi": words, "en": words}})


def give_back(apps, schema_editor):
    for model, name in TOLD:
        rows = apps.get_model("exchange", model).objects.using(schema_editor.connection.alias)
        for pk, words in list(rows.exclude(**{name: {}}).values_list("pk", name)):
            rows.filter(pk=pk).update(**{f"{name}_before": words["vi"][:300]})


class Migration(migrations.Migration):

    dependencies = [
        ("exchange", "0002_undo_reason"),
    ]

    operations = [
        *(migrations.RenameField(model, name, f"{name}_before") for model, name in TOLD),
        *(migrations.AddField(model, name, models.JSONField(default=dict)) for model, name in TOLD),
        migrations.RunPython(keep, give_back),
        *(migrations.RemoveField(model, f"{name}_before") for model, name in TOLD),
    ]
