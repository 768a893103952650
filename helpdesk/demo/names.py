"""Invented names in both scripts; the combinations are made up, no officer is meant."""

from typing import NamedTuple

FIRST = (
    *(("Meena", "मीना"), ("Anil", "अनिल"), ("Sunita", "सुनीता"), ("Ravi", "रवि"), ("Asha", "आशा")),
    *(("Deepak", "दीपक"), ("Kiran", "किरण"), ("Manoj", "मनोज"), ("Lata", "लता"), ("Suresh", "सुरेश")),
    *(("Pushpa", "पुष्पा"), ("Rajesh", "राजेश"), ("Geeta", "गीता"), ("Vinod", "विनोद"), ("Savita", "सविता")),
    *(("Ashok", "अशोक"), ("Rekha", "रेखा"), ("Dinesh", "दिनेश"), ("Farah", "फ़राह"), ("Imran", "इमरान")),
    *(("Nisha", "निशा"), ("Prakash", "प्रकाश"), ("Usha", "उषा"), ("Santosh", "संतोष"), ("Kavita", "कविता")),
    *(("Mahesh", "महेश"), ("Anita", "अनीता"), ("Gopal", "गोपाल"), ("Shabnam", "शबनम"), ("Vikram", "विक्रम")),
    *(("Leela", "लीला"), ("Naresh", "नरेश"), ("Madhuri", "माधुरी"), ("Harish", "हरीश"), ("Poonam", "पूनम")),
    *(("Arvind", "अरविंद"), ("Seema", "सीमा"), ("Kamlesh", "कमलेश"), ("Rashmi", "रश्मि"), ("Yusuf", "यूसुफ़")),
)
LAST = (
    *(("Sahu", "साहू"), ("Verma", "वर्मा"), ("Patel", "पटेल"), ("Tiwari", "तिवारी"), ("Netam", "नेताम")),
    *(("Kashyap", "कश्यप"), ("Dewangan", "देवांगन"), ("Yadav", "यादव"), ("Sinha", "सिन्हा"), ("Markam", "मरकाम")),
    *(("Rathore", "राठौर"), ("Kanwar", "कंवर"), ("Khan", "ख़ान"), ("Nishad", "निषाद"), ("Sharma", "शर्मा")),
    *(("Chandrakar", "चंद्राकर"), ("Soni", "सोनी"), ("Tirkey", "तिर्की"), ("Choudhary", "चौधरी"), ("Dhruw", "ध्रुव")),
    *(("Ansari", "अंसारी"), ("Jangid", "जांगिड़"), ("Thakur", "ठाकुर"), ("Saini", "सैनी"), ("Ekka", "एक्का")),
    *(("Vyas", "व्यास"), ("Kurrey", "कुर्रे"), ("Gurjar", "गुर्जर"), ("Mishra", "मिश्रा"), ("Bishnoi", "बिश्नोई")),
    ("Toppo", "टोप्पो"),
)


class Name(NamedTuple):
    """An officer's name as `Officer` keeps it."""

    first: str
    last: str
    hindi: str


def invented(number: int) -> Name:
    """A name for the officer of that number (from 0); no two alike below 1,240, since 40 and 31 share no factor."""
    first, first_hi = FIRST[number % len(FIRST)]
    last, last_hi = LAST[number % len(LAST)]
    return Name(first, last, f"{first_hi} {last_hi}")
