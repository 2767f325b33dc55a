import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_trail'),
        ('sandboxes', '0011_signed_in_pulls'),
    ]

    operations = [
        migrations.AddField(
            model_name='previewshare',
            name='access_token',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.accesstoken'),
        ),
        # What older links rest on is not known: they open nothing any more.
        migrations.AddField(
            model_name='previewshare',
            name='auth_hash',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
    ]
