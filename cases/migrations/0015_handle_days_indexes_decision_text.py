"""What each handle's days hold, indexes that were missing, and how an officer hears of a decision."""

from django.conf import settings
from django.db import migrations, models


TEXTS = [
    ("to_decision", "hi", "तय हुआ: {decision} {due} तक। {url}"),
    ("to_decision", "en", "Decided: {decision} by {due}. {url}"),
]


def create(apps, schema_editor):
    ReplyTemplate = apps.get_model("cases", "ReplyTemplate")
    for key, language, text in TEXTS:
        ReplyTemplate.objects.get_or_create(key=key, language=language, defaults={"text": text})


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_handle_direct_messages'),
        ('districts', '0003_population'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='handleday',
            name='delays',
            field=models.JSONField(blank=True, default=dict, help_text='{step of minutes: how many}: from a message to our first reply'),
        ),
        migrations.AddField(
            model_name='handleday',
            name='received',
            field=models.PositiveIntegerField(blank=True, help_text='of the whole day', null=True, verbose_name='messages received'),
        ),
        migrations.AlterField(
            model_name='historicalreplytemplate',
            name='key',
            field=models.CharField(choices=[('received', 'received'), ('joined', 'joined to an open case'), ('resolved', 'solved'), ('ask_place', 'received, asks for the place'), ('ask_phone', 'received, asks for a phone number'), ('ask_both', 'received, asks for place and phone number'), ('completed', 'thanks for the details'), ('has_officer', 'an officer has it'), ('dm_has_officer', 'message on X: an officer has it'), ('dm_resolved', 'message on X: solved, with the link to say yes or no'), ('sms_received', 'SMS: received'), ('sms_has_officer', 'SMS: an officer has it'), ('sms_asked', 'SMS: asks for details'), ('sms_resolved', 'SMS: solved, with the link to say yes or no'), ('to_assigned', 'to the officer: a case for you'), ('to_warned', 'to the officer: time is running out'), ('to_escalated', 'to the officer: a late case for you'), ('to_lost', 'to the officer: a late case has gone to somebody else'), ('to_feedback', 'to the officer: help has not come, says the requester'), ('to_digest', 'to the officer: several at once'), ('to_gap', 'to the district: a gap in the roster'), ('to_follow_up', 'to the doctor: a call is due'), ('to_unreached', 'to the officer: the doctor cannot reach the patient'), ('to_red_flag', 'to the officer: a doctor finds the patient in danger'), ('to_decision', 'to the officer: a decision of a review to carry out')], max_length=20, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='replytemplate',
            name='key',
            field=models.CharField(choices=[('received', 'received'), ('joined', 'joined to an open case'), ('resolved', 'solved'), ('ask_place', 'received, asks for the place'), ('ask_phone', 'received, asks for a phone number'), ('ask_both', 'received, asks for place and phone number'), ('completed', 'thanks for the details'), ('has_officer', 'an officer has it'), ('dm_has_officer', 'message on X: an officer has it'), ('dm_resolved', 'message on X: solved, with the link to say yes or no'), ('sms_received', 'SMS: received'), ('sms_has_officer', 'SMS: an officer has it'), ('sms_asked', 'SMS: asks for details'), ('sms_resolved', 'SMS: solved, with the link to say yes or no'), ('to_assigned', 'to the officer: a case for you'), ('to_warned', 'to the officer: time is running out'), ('to_escalated', 'to the officer: a late case for you'), ('to_lost', 'to the officer: a late case has gone to somebody else'), ('to_feedback', 'to the officer: help has not come, says the requester'), ('to_digest', 'to the officer: several at once'), ('to_gap', 'to the district: a gap in the roster'), ('to_follow_up', 'to the doctor: a call is due'), ('to_unreached', 'to the officer: the doctor cannot reach the patient'), ('to_red_flag', 'to the officer: a doctor finds the patient in danger'), ('to_decision', 'to the officer: a decision of a review to carry out')], max_length=20, verbose_name='key'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['handle', 'posted_at'], name='message_handle_idx'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'dropped')), fields=['created_at'], name='notice_dropped_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('pdf_en', None), ('pdf_hi', None), ('xlsx', None), _connector='OR'), fields=['issued_at'], name='review_without_files_idx'),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
