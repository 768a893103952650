"""Thirds of months, quarters and years among the figures, and a column of its own for what few read of them.

The figures of before are deleted, not changed: they are derived, and counted anew by themselves (`cells.VERSION`).
"""

from django.db import migrations, models


def delete_figures(apps, schema_editor):
    apps.get_model("cases", "FigureState").objects.all().delete()
    if schema_editor.connection.vendor == "postgresql":  # millions of rows, and the table is changed next
        schema_editor.execute("TRUNCATE cases_figure")
    else:
        apps.get_model("cases", "Figure").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0017_open_cases_by_age'),
    ]

    operations = [
        migrations.RunPython(delete_figures, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='figure',
            name='figure_of',
        ),
        migrations.AddField(
            model_name='figure',
            name='details',
            field=models.JSONField(default=dict, help_text='as spreads: all other stages; of a whole by the hour of day too'),
        ),
        migrations.AlterField(
            model_name='figure',
            name='grain',
            field=models.CharField(choices=[('h', 'hour'), ('d', 'day'), ('t', 'third of a month'), ('m', 'month'), ('q', 'quarter of a year'), ('y', 'financial year')], max_length=1),
        ),
        migrations.AlterField(
            model_name='figure',
            name='spreads',
            field=models.JSONField(default=dict, help_text='{stage: {step of minutes: how many}}, of the stages told of every place and need'),
        ),
        migrations.AddConstraint(
            model_name='figure',
            constraint=models.CheckConstraint(condition=models.Q(('grain__in', ['h', 'd', 't', 'm', 'q', 'y']), ('level__in', ['s', 'd', 'b'])), name='figure_of'),
        ),
        # On the way back the wider ones would not fit.
        migrations.RunPython(migrations.RunPython.noop, delete_figures),
    ]
