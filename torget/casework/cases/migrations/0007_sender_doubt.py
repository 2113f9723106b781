from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_unread")]
    operations = [
        migrations.AddField(
            model_name="casedocument",
            name="sender_doubt",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
    ]
