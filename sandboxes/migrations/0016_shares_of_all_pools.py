from collections import Counter

from django.db import migrations

ON_NODES = ("limits.cpu", "limits.memory")


def give_shares(apps, schema_editor):
    """Pods that are there have of the other pools that they have a place in what they have of their makers'.

    Those that are older than quotas have no shares, and get none.
    """
    budgets, shares = apps.get_model("sandboxes", "Budget").objects, apps.get_model("sandboxes", "Share").objects
    amounts = {}
    for pod, resource, amount in shares.filter(budget__pool__startswith="user/").values_list(
        "pod", "budget__resource", "amount"
    ):
        amounts.setdefault(pod, {})[resource] = amount
    used, found = Counter(), []
    slots = apps.get_model("sandboxes", "Slot").objects.exclude(pool__startswith="user/")
    for pod, pool in slots.values_list("pod", "pool"):
        for resource, amount in amounts.get(pod, {}).items():
            if not pool.startswith("node/") or resource in ON_NODES:
                used[pool, resource] += amount
                found.append((pod, (pool, resource), amount))
    keys = {key: budgets.create(pool=key[0], resource=key[1], used=amount).pk for key, amount in used.items()}
    for pod, key, amount in found:
        shares.create(pod_id=pod, budget_id=keys[key], amount=amount)


class Migration(migrations.Migration):

    dependencies = [
        ('sandboxes', '0015_pools_of_all_resources'),
    ]

    operations = [
        migrations.RunPython(give_shares, migrations.RunPython.noop),
    ]
