from collections import Counter

from django.db import migrations
from django.db.models import OuterRef, Subquery


def give_makers(apps, schema_editor):
    """Pods that are there already are counted for their namespaces' owners, and each gets a place of its team."""
    pods = apps.get_model("sandboxes", "Pod").objects
    owners = apps.get_model("sandboxes", "Namespace").objects.filter(pk=OuterRef("namespace"))
    pods.update(maker=Subquery(owners.values("owner")))
    slots = apps.get_model("sandboxes", "Slot").objects
    numbers = Counter()
    rows = pods.filter(finished_at=None).exclude(namespace__team=None).order_by("created_at")
    for uid, team in rows.values_list("uid", "namespace__team"):
        numbers[team] += 1
        slots.create(pool=f"team/{team}", number=numbers[team], pod_id=uid)


class Migration(migrations.Migration):

    dependencies = [
        ('sandboxes', '0013_pod_maker'),
    ]

    operations = [
        migrations.RunPython(give_makers, migrations.RunPython.noop),
    ]
