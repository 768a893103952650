"""The words of asking back, and the figures that reading, asking and joining go by; officers change both."""

from django.db import migrations

TEXTS = [
    ("ask_place", "hi", "आपकी बात दर्ज हुई, नंबर {reference}। मदद कहाँ पहुँचानी है? कृपया इसी पोस्ट के जवाब में ज़िला और ब्लॉक/शहर बताएँ। {url}"),
    ("ask_place", "en", "We have your plea, number {reference}. Where is help needed? Please reply here with the district and the block or town. {url}"),
    ("ask_phone", "hi", "आपकी बात दर्ज हुई, नंबर {reference}। अधिकारी को ख़बर दे दी गई है। कृपया अपना फ़ोन नंबर DM में या {helpline} पर बताएँ, यहाँ न लिखें। {url}"),
    ("ask_phone", "en", "We have your plea, number {reference}. The officer has been told. Please give your phone number by DM or call {helpline}; do not write it here. {url}"),
    ("ask_both", "hi", "आपकी बात दर्ज हुई, नंबर {reference}। कृपया यहीं ज़िला और ब्लॉक/शहर बताएँ। फ़ोन नंबर DM में या {helpline} पर बताएँ, यहाँ न लिखें। {url}"),
    ("ask_both", "en", "We have your plea, number {reference}. Please reply with the district and block or town. Give your phone number by DM or call {helpline}; do not write it here. {url}"),
    ("completed", "hi", "धन्यवाद, जानकारी मामले {reference} में जोड़ दी गई है और अधिकारी को ख़बर दे दी गई है। {url}"),
    ("completed", "en", "Thank you. The details were added to case {reference} and the officer has been told. {url}"),
]
# Below sure_of_*, the control room looks first: docs/decisions/0012. The others: decisions 0031 and 0032.
SETTINGS = {
    "sure_of_kind": 0.5,
    "sure_of_place": 0.9,
    "answer_minutes": 10,
    "same_phone_hours": 48,
    "same_author_hours": 6,
    "copied_share": 0.6,
    "crowded_phone": 3,
    "offer_hours": 48,
}


def create(apps, schema_editor):
    ReplyTemplate = apps.get_model("cases", "ReplyTemplate")
    Setting = apps.get_model("cases", "Setting")
    ReplyTemplate.objects.bulk_create(
        ReplyTemplate(key=key, language=language, text=text) for key, language, text in TEXTS
    )
    Setting.objects.bulk_create(Setting(key=key, value=value) for key, value in SETTINGS.items())


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_asking_joining_labels")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
