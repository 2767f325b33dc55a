from django.db import migrations, models


def cut_where_it_begins(apps, schema_editor):
    """Entries that were forgotten before this was kept."""
    first = apps.get_model("people", "TrailEntry").objects.order_by("pk").first()
    if first is not None:
        apps.get_model("people", "TrailHead").objects.update(cut=first.previous)


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_trail"),
    ]

    operations = [
        migrations.AddField(
            model_name="trailhead",
            name="cut",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.RunPython(cut_where_it_begins, migrations.RunPython.noop),
    ]
