"""Handles that may send messages on X, and what these say."""

from django.db import migrations, models

TEXTS = [
    ("dm_has_officer", "hi", "मामला {reference}: अधिकारी {officer} आपकी मदद कर रहे हैं। फ़ोन पास रखें। यहाँ लिखा जवाब पढ़ा नहीं जाता, हेल्पलाइन {helpline}"),
    ("dm_has_officer", "en", "Case {reference}: {officer} is helping you. Keep your phone near. What you write here is not read; helpline {helpline}"),
    ("dm_resolved", "hi", "मामला {reference} हल हुआ दर्ज है। मदद मिली? हाँ या नहीं यहाँ बताएँ: {url} यह लिंक सिर्फ़ आपके लिए है। यहाँ लिखा जवाब पढ़ा नहीं जाता, हेल्पलाइन {helpline}"),
    ("dm_resolved", "en", "Case {reference} is marked as solved. Has help come? Say yes or no here: {url} This link is for you alone. What you write here is not read; helpline {helpline}"),
]  # fmt: skip


def create(apps, schema_editor):
    ReplyTemplate = apps.get_model("cases", "ReplyTemplate")
    for key, language, text in TEXTS:
        ReplyTemplate.objects.get_or_create(key=key, language=language, defaults={"text": text})


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_review_times'),
    ]

    operations = [
        migrations.AddField(
            model_name='handle',
            name='direct_messages',
            field=models.BooleanField(default=False, help_text="What only the requester may read is sent as a message on X; the app needs X's permission for messages.", verbose_name='direct messages'),
        ),
        migrations.AddField(
            model_name='historicalhandle',
            name='direct_messages',
            field=models.BooleanField(default=False, help_text="What only the requester may read is sent as a message on X; the app needs X's permission for messages.", verbose_name='direct messages'),
        ),
        migrations.AlterField(
            model_name='historicalreplytemplate',
            name='key',
            field=models.CharField(choices=[('received', 'received'), ('joined', 'joined to an open case'), ('resolved', 'solved'), ('ask_place', 'received, asks for the place'), ('ask_phone', 'received, asks for a phone number'), ('ask_both', 'received, asks for place and phone number'), ('completed', 'thanks for the details'), ('has_officer', 'an officer has it'), ('dm_has_officer', 'message on X: an officer has it'), ('dm_resolved', 'message on X: solved, with the link to say yes or no'), ('sms_received', 'SMS: received'), ('sms_has_officer', 'SMS: an officer has it'), ('sms_asked', 'SMS: asks for details'), ('sms_resolved', 'SMS: solved, with the link to say yes or no'), ('to_assigned', 'to the officer: a case for you'), ('to_warned', 'to the officer: time is running out'), ('to_escalated', 'to the officer: a late case for you'), ('to_lost', 'to the officer: a late case has gone to somebody else'), ('to_feedback', 'to the officer: help has not come, says the requester'), ('to_digest', 'to the officer: several at once'), ('to_gap', 'to the district: a gap in the roster'), ('to_follow_up', 'to the doctor: a call is due'), ('to_unreached', 'to the officer: the doctor cannot reach the patient'), ('to_red_flag', 'to the officer: a doctor finds the patient in danger')], max_length=20, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='replytemplate',
            name='key',
            field=models.CharField(choices=[('received', 'received'), ('joined', 'joined to an open case'), ('resolved', 'solved'), ('ask_place', 'received, asks for the place'), ('ask_phone', 'received, asks for a phone number'), ('ask_both', 'received, asks for place and phone number'), ('completed', 'thanks for the details'), ('has_officer', 'an officer has it'), ('dm_has_officer', 'message on X: an officer has it'), ('dm_resolved', 'message on X: solved, with the link to say yes or no'), ('sms_received', 'SMS: received'), ('sms_has_officer', 'SMS: an officer has it'), ('sms_asked', 'SMS: asks for details'), ('sms_resolved', 'SMS: solved, with the link to say yes or no'), ('to_assigned', 'to the officer: a case for you'), ('to_warned', 'to the officer: time is running out'), ('to_escalated', 'to the officer: a late case for you'), ('to_lost', 'to the officer: a late case has gone to somebody else'), ('to_feedback', 'to the officer: help has not come, says the requester'), ('to_digest', 'to the officer: several at once'), ('to_gap', 'to the district: a gap in the roster'), ('to_follow_up', 'to the doctor: a call is due'), ('to_unreached', 'to the officer: the doctor cannot reach the patient'), ('to_red_flag', 'to the officer: a doctor finds the patient in danger')], max_length=20, verbose_name='key'),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
