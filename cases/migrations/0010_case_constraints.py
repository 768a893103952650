"""What the database refuses of a closed case and of the clock; apart, because PostgreSQL checks the rows filled before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_ladder_texts_supplies")]
    operations = [
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('resolve_rung__lte', 4), ('rung__lte', 4)), name='case_rung_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closing__in', ['yes', 'silence', 'forced']), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closing', '')), _connector='OR'), name='case_closed_says_how'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['new', 'needs_review', 'awaiting_info', 'assigned', 'acknowledged', 'in_progress']), ('alarm_at', None), _connector='OR'), name='case_alarm_only_while_open'),
        ),
    ]
