"""The ladder, the texts, supplies and canned texts every office starts from; and the clock of cases that are there."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F

STAND_IN, DISTRICT, COLLECTOR, STATE = 1, 2, 3, 4
# urgency, clock, minutes, rung. The critical ones are the half hour this project exists for.
LADDER = [
    ("critical", "respond", 5, STAND_IN),
    ("critical", "respond", 10, DISTRICT),
    ("critical", "respond", 20, COLLECTOR),
    ("critical", "resolve", 25, COLLECTOR),
    ("critical", "resolve", 60, STATE),
    ("high", "respond", 15, STAND_IN),
    ("high", "respond", 30, DISTRICT),
    ("high", "respond", 60, COLLECTOR),
    ("high", "resolve", 120, COLLECTOR),
    ("high", "resolve", 240, STATE),
    ("normal", "respond", 60, STAND_IN),
    ("normal", "respond", 120, DISTRICT),
    ("normal", "respond", 480, COLLECTOR),
    ("normal", "resolve", 1440, COLLECTOR),
    ("normal", "resolve", 2880, STATE),
]
SETTINGS = {"warn_share": 0.2, "silent_hours": 24, "remind_minutes": 60, "digest_from": 4, "turn_starts": 6, "turn_hours": 8}
TEXTS = [
    ("has_officer", "hi", "मामला {reference}: अधिकारी को मिल गया है और वे इस पर काम कर रहे हैं। {url}"),
    ("has_officer", "en", "Case {reference}: an officer has it and is working on it. {url}"),
    ("sms_received", "hi", "आपकी बात दर्ज हुई। मामला नंबर {reference}। हाल यहाँ देखें: {url} हेल्पलाइन {helpline}"),
    ("sms_received", "en", "We have your plea. Case number {reference}. See where it stands: {url} Helpline {helpline}"),
    ("sms_has_officer", "hi", "मामला {reference}: अधिकारी {officer} आपकी मदद कर रहे हैं। फ़ोन पास रखें। हेल्पलाइन {helpline}"),
    ("sms_has_officer", "en", "Case {reference}: {officer} is helping you. Keep your phone near. Helpline {helpline}"),
    ("sms_asked", "hi", "मामला {reference}: कृपया {helpline} पर बताएँ: {asked}।"),
    ("sms_asked", "en", "Case {reference}: please call {helpline} and tell us: {asked}."),
    ("sms_resolved", "hi", "मामला {reference} हल हुआ दर्ज है। मदद मिली? हाँ या नहीं यहाँ बताएँ: {url}"),
    ("sms_resolved", "en", "Case {reference} is marked as solved. Has help come? Say yes or no here: {url}"),
    ("to_assigned", "hi", "{urgency}: {need}, {place}। {left}। {url}"),
    ("to_assigned", "en", "{urgency}: {need}, {place}. {left}. {url}"),
    ("to_warned", "hi", "समय निकल रहा है, {left}: {need}, {place}। {url}"),
    ("to_warned", "en", "Time is running out, {left}: {need}, {place}. {url}"),
    ("to_escalated", "hi", "देर हो चुकी है, अब आपके पास: {urgency}, {need}, {place}। {left}। {url}"),
    ("to_escalated", "en", "Late, and now yours: {urgency}, {need}, {place}. {left}. {url}"),
    ("to_lost", "hi", "{reference} समय पर नहीं हुआ और अब {officer} के पास है। {url}"),
    ("to_lost", "en", "{reference} was not done in time and is now with {officer}. {url}"),
    ("to_feedback", "hi", "{reference}: मदद नहीं पहुँची, ऐसा बताया गया है। मामला फिर खुला है। {url}"),
    ("to_feedback", "en", "{reference}: help has not come, we are told. The case is open again. {url}"),
    ("to_digest", "hi", "{count} मामले आपका इंतज़ार कर रहे हैं, सबसे पहले {reference}। {url}"),
    ("to_digest", "en", "{count} cases are waiting for you, first of all {reference}. {url}"),
    ("to_gap", "hi", "ड्यूटी में कमी: {gaps}। {url}"),
    ("to_gap", "en", "Nobody on duty: {gaps}. {url}"),
    ("to_follow_up", "hi", "दोबारा फ़ोन करने का समय: {reference}, {need}। {url}"),
    ("to_unreached", "hi", "{reference}: डॉक्टर मरीज़ तक फ़ोन से नहीं पहुँच पा रहे हैं। {url}"),
    ("to_unreached", "en", "{reference}: the doctor cannot reach the patient on the telephone. {url}"),
    ("to_red_flag", "hi", "डॉक्टर कहते हैं: जान ख़तरे में, {need}, {place}। {left}। {url}"),
    ("to_red_flag", "en", "A doctor says: life in danger, {need}, {place}. {left}. {url}"),
    ("to_follow_up", "en", "A follow-up call is due: {reference}, {need}. {url}"),
]
SUPPLIES = [
    ("cylinder_b", "oxygen", "B-type cylinder (1.5 m³)", "B टाइप सिलेंडर (1.5 घन मी.)"),
    ("cylinder_d", "oxygen", "D-type cylinder (7 m³)", "D टाइप सिलेंडर (7 घन मी.)"),
    ("concentrator", "oxygen", "Oxygen concentrator", "ऑक्सीजन कंसंट्रेटर"),
    ("refill", "oxygen", "Refill of a cylinder", "सिलेंडर भरवाना"),
    ("bed", "bed", "Bed", "बेड"),
    ("icu_bed", "icu", "ICU bed", "आईसीयू बेड"),
    ("ventilator_bed", "ventilator", "Bed with ventilator", "वेंटिलेटर वाला बेड"),
    ("vial", "medicine", "Vial or strip", "शीशी या पत्ता"),
    ("plasma_unit", "plasma", "Unit of plasma", "प्लाज़्मा की यूनिट"),
    ("blood_unit", "blood", "Unit of blood", "ख़ून की यूनिट"),
    ("ration", "food", "Ration packet", "राशन का पैकेट"),
    ("meal", "food", "Meal", "खाना"),
]
CANNED = [
    ("note", None, "", "Called, they will send the doctor's paper.", "फ़ोन किया, वे डॉक्टर का पर्चा भेजेंगे।"),
    ("note", None, "", "Could not be reached, will try again.", "फ़ोन नहीं लगा, फिर कोशिश करेंगे।"),
    ("note", "oxygen", "", "Cylinder is on its way.", "सिलेंडर रास्ते में है।"),
    ("note", "bed", "", "Asked the hospitals of the district for a bed.", "ज़िले के अस्पतालों में बेड पूछा।"),
    ("note", "ambulance", "", "Ambulance has been sent.", "एम्बुलेंस भेज दी गई है।"),
    ("resolve", "oxygen", "", "Cylinder delivered at home.", "सिलेंडर घर पहुँचाया।"),
    ("resolve", "oxygen", "", "Cylinder refilled.", "सिलेंडर भरवाया।"),
    ("resolve", "bed", "", "Admitted to hospital.", "अस्पताल में भर्ती कराया।"),
    ("resolve", "icu", "", "Admitted to an ICU.", "आईसीयू में भर्ती कराया।"),
    ("resolve", "medicine", "", "Medicine delivered.", "दवा पहुँचाई।"),
    ("resolve", "food", "", "Ration delivered.", "राशन पहुँचाया।"),
    ("resolve", None, "", "Advised on the telephone.", "फ़ोन पर सलाह दी।"),
    ("message", None, "", "Your plea has reached the district office. We are on it.", "आपकी बात ज़िला कार्यालय पहुँच गई है। हम मदद कर रहे हैं।"),
    ("message", None, "", "Please send your exact address and a landmark.", "कृपया पूरा पता और पास की कोई पहचान भेजें।"),
    ("message", "oxygen", "", "The cylinder is on its way. Please keep the empty one ready.", "सिलेंडर रास्ते में है। कृपया ख़ाली सिलेंडर तैयार रखें।"),
    ("message", "blood", "", "Please send the hospital's slip with the blood group.", "कृपया अस्पताल की पर्ची भेजें जिस पर ब्लड ग्रुप लिखा हो।"),
]  # fmt: skip
OPEN = ["new", "needs_review", "awaiting_info", "assigned", "acknowledged", "in_progress"]


def create(apps, schema_editor):
    def model(name):
        return apps.get_model("cases", name)

    model("Ladder").objects.bulk_create(
        model("Ladder")(urgency=urgency, clock=clock, after_minutes=minutes, rung=rung)
        for urgency, clock, minutes, rung in LADDER
    )
    model("Setting").objects.bulk_create(model("Setting")(key=key, value=value) for key, value in SETTINGS.items())
    model("ReplyTemplate").objects.bulk_create(
        model("ReplyTemplate")(key=key, language=language, text=text) for key, language, text in TEXTS
    )
    model("SupplyKind").objects.bulk_create(
        model("SupplyKind")(code=code, need_id=need, name=name, name_hi=name_hi, position=position)
        for position, (code, need, name, name_hi) in enumerate(SUPPLIES, 1)
    )
    model("CannedText").objects.bulk_create(
        model("CannedText")(use=use, need_id=need, status=status, text=text, text_hi=text_hi, position=position)
        for position, (use, need, status, text, text_hi) in enumerate(CANNED, 1)
    )
    fill_cases(model("Case"))


def fill_cases(Case):
    """Cases from before: their limits and alarms from now on, and how the closed ones were closed."""
    Case.objects.update(waits_from=F("opened_at"))
    Case.objects.filter(status="closed", consent_at=None).update(closing="forced")
    Case.objects.filter(status="closed").exclude(consent_at=None).update(closing="yes")
    for urgency in ("critical", "high", "normal"):
        limits = sorted(
            ([clock, round(minutes * 0.8, 2), minutes, rung] for of, clock, minutes, rung in LADDER if of == urgency),
            key=lambda limit: (limit[2], limit[3]),
        )
        first = timedelta(minutes=limits[0][1])
        of = Case.objects.filter(urgency=urgency, status__in=OPEN)
        of.update(limits=limits, alarm_at=F("opened_at") + first)


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_desk_and_clock")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
