"""The needs, promised times and reply texts every office starts from; officers change them in the browser."""

from django.db import migrations

NEEDS = [
    ("oxygen", "Oxygen", "ऑक्सीजन", "🫁"),
    ("ventilator", "Ventilator", "वेंटिलेटर", "🌬️"),
    ("icu", "ICU", "आईसीयू", "🏥"),
    ("bed", "Hospital bed", "अस्पताल में बेड", "🛏️"),
    ("ambulance", "Ambulance", "एम्बुलेंस", "🚑"),
    ("plasma", "Plasma", "प्लाज़्मा", "🧪"),
    ("blood", "Blood", "ख़ून", "🩸"),
    ("medicine", "Medicine", "दवा", "💊"),
    ("doctor", "Doctor's advice", "डॉक्टर की सलाह", "🩺"),
    ("testing", "Test", "जाँच", "🔬"),
    ("vaccine", "Vaccine", "टीका", "💉"),
    ("food", "Food", "खाना", "🍲"),
    ("transport", "Transport", "आने-जाने का साधन", "🚌"),
    ("funeral", "Last rites", "अंतिम संस्कार", "🪔"),
    ("other", "Other help", "दूसरी मदद", "✳️"),
]
# Minutes to acknowledge and to resolve. Critical is the half hour this project exists for.
PROMISES = [("critical", 5, 30), ("high", 15, 120), ("normal", 60, 1440)]
TEXTS = [
    ("received", "hi", "आपकी बात हम तक पहुँच गई है। आपका मामला नंबर: {reference}। अधिकारी को ख़बर दे दी गई है। {url}"),
    ("received", "en", "We have read your plea. Your case number is {reference}. The officer has been told. {url}"),
    ("joined", "hi", "यह बात पहले से खुले मामले {reference} में जोड़ दी गई है। उस पर काम चल रहा है। {url}"),
    ("joined", "en", "This was added to the open case {reference}, which is being worked on. {url}"),
    ("resolved", "hi", "मामला {reference} हल हुआ दर्ज किया गया है। अगर मदद नहीं मिली तो यहीं जवाब लिखें। {url}"),
    ("resolved", "en", "Case {reference} is marked as solved. If help has not reached you, please reply here. {url}"),
]


def create(apps, schema_editor):
    Need = apps.get_model("cases", "Need")
    Promise = apps.get_model("cases", "Promise")
    ReplyTemplate = apps.get_model("cases", "ReplyTemplate")
    Need.objects.bulk_create(
        Need(code=code, name=name, name_hi=name_hi, icon=icon, position=position)
        for position, (code, name, name_hi, icon) in enumerate(NEEDS, 1)
    )
    Promise.objects.bulk_create(
        Promise(urgency=urgency, respond_minutes=respond, resolve_minutes=resolve)
        for urgency, respond, resolve in PROMISES
    )
    ReplyTemplate.objects.bulk_create(
        ReplyTemplate(key=key, language=language, text=text) for key, language, text in TEXTS
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
