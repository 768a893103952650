"""What is asked and how urgent it is, in the many ways people write it, whatever kind of post it is taken for."""

import pytest

from cases.understanding import Plea, look_at


def read(gazetteer, text):
    return look_at([Plea(text)], gazetteer)[0]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Doctors now suggest plasma B+, MBS hospital", "plasma"),
        ("डॉक्टर कह रहे खून चढ़ेगा, ए पॉजिटिव", "blood"),
        ("Tocilizumab asked by the doctor, anyone has one?", "medicine"),
        ("PHC me doctor nahi hai, doctor bhejo", "doctor"),
        ("is there any doctor who can talk to my father?", "doctor"),
        ("SpO2 76 with concentrator, need ICU", "bed icu"),
        ("on 5L oxygen, now remdesivir needed", "medicine"),
        ("any leads on oxygen cylinders?", "oxygen"),
        ("Plasma O+ 2 units needed", "plasma"),
        ("koi ventilator wala hospital bata do", "bed ventilator"),
        ("tell me any hospital which will take him and has oxygen, please", "bed oxygen"),
        ("Need an ambulance having oxygen", "ambulance"),
        ("PICU needed for a 5 year old", "bed icu"),
        ("Need ICU with BiPAP", "bed icu"),
        ("plasma AB+ chahiye, Sudha Hospital ICU", "plasma"),
        ("ghar bhijwa do ya khana de do, 12 mazdoor hain", "food transport"),
        ("khana ghar bhijwa do, dono positive hain", "food"),
        ("Ambulance for Patna plus any oxygen bed there please", "ambulance bed oxygen"),
        ("No ration left. Tarpaulin, rice, dal.", "food other"),
        ("gaadi ka kiraya de denge, koi cylinder la do", "oxygen"),
        ("gaadi nahi mil rahi, dadi ko le jana hai, sat 81", "ambulance"),
        ("landlord threw us out, where can we stay", "other"),
        ("donor failed antibody test, need another plasma donor", "plasma"),
        ("RTPCR report ke bina bed nahi de rahe, bed chahiye", "bed"),
        ("bed to mil gaya tha par ab doctor plasma likh rahe, koi donor?", "plasma"),
        ("where is an oxygen bed available", "bed oxygen"),
        ("ICU nahi hai yahan, koi bhi bed dila dijiye", "bed icu"),
        ("डायलिसिस के लिए कोई सेंटर बताइए", "other"),
    ],
)
def test_what_is_asked_is_told_from_what_is_mentioned(gazetteer, text, needs):
    assert " ".join(sorted(read(gazetteer, text).asked.needs)) == needs


@pytest.mark.parametrize(
    ("text", "medicine"),
    [
        ("क्लेक्सेन इंजेक्शन चाहिए", "enoxaparin"),
        ("Human Mixtard insulin required", "insulin"),
        ("Amphotericin not found anywhere, need 10 vials", "amphotericin_b"),
        ("10 vials ASV needed", "antivenom"),
        ("anti rabies vaccine injection chahiye", "anti_rabies"),
        ("Medrol and Ivermectin needed", "ivermectin methylprednisolone"),
        ("Remdesivir course is over, now need Baricitinib", "baricitinib"),
        ("4 remdesivir vials managed, 2 more needed", "remdesivir"),
        ("tocilizumab 400 ya itolizumab koi bhi", "itolizumab tocilizumab"),
    ],
)
def test_a_medicine_is_written_down_under_one_name(gazetteer, text, medicine):
    asked = read(gazetteer, text).asked
    assert (" ".join(sorted(asked.medicine)), asked.needs) == (medicine, ("medicine",))


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("ammi ku saans nai ho ri, concentrator chahiye", "critical"),
        ("no breathing problem, SpO2 96, need a concentrator", "high"),
        ("father not responding since morning, ambulance needed", "critical"),
        ("helpline not responding, need plasma O+", "high"),
        ("oxygen 95 se 89 aa gaya, cylinder chahiye", "critical"),
        ("bp is falling, need blood B+", "high"),
        ("सिलेंडर शाम तक चलेगा, दूसरा चाहिए", "critical"),
        ("90 minutes of back up, need oxygen cylinders", "critical"),
        ("Dad in ICU, Actemra needed", "critical"),
        ("accident case, blood O- needed", "high"),
        ("accident ho gaya, ambulance bhejo", "critical"),
        ("chest deep water outside, insulin needed", "critical"),
        ("बाढ़ में नाव चाहिए", "critical"),
        ("tiffin needed, both of us are positive", "normal"),
        ("3 din se kuch nahi khaya, khana chahiye", "high"),
        ("stuck since lockdown, bus chahiye ghar jana hai", "normal"),
        ("dialysis missed, suggest a centre", "high"),
        ("insulin khatam, koi pahuncha do", "normal"),
        ("concentrator needed on rent, no hurry", "normal"),
    ],
)
def test_urgency_is_what_the_guide_of_the_control_room_says(gazetteer, text, urgency):
    assert read(gazetteer, text).urgency == urgency
