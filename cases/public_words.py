"""What an officer writes for the citizen to read in public, checked word by word: nothing of who, where or how ill."""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Person, Phone
from cases.step import MoveRefused
from districts.spelling import fold, sound_key

SHORTEST_NAME = 3
_DATE = re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b")
# Five digits and more, however grouped: a phone, a PIN code, the number of an identity card.
_NUMBER = re.compile(r"\d(?:[\s().,/\-–]{0,2}\d){4,}")
_MAIL = re.compile(r"\S+@\S+")
_HANDLE = re.compile(r"@\w+")
_LINK = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|in|org|net|gov|edu|me|ly|info|page|link|app)\b")
_LEVEL = re.compile(r"spo\s*2|sp\s*o2|o2 level|saturation|ऑक्सीजन (?:लेवल|स्तर)|सैचुरेशन|सेचुरेशन|\d\s*(?:%|percent|प्रतिशत)")
_AGE = re.compile(
    r"\d{1,3}[\s-]*(?:years?|yrs?|y/o|months? old|साल|वर्ष|बरस|महीने का|महीने की|saal|sal|varsh)(?![a-z])"
    r"|\bage[ds]?\b|आयु|उम्र|umar\b|umr\b"
)
_ADDRESS = re.compile(
    r"\b(?:house|flat|plot|ward (?:no|number)?[ .]*\d+|street|lane|near|behind|opposite|makan|gali|mohalla)\b"
    r"|मकान|फ्लैट|वार्ड (?:नंबर |क्रमांक |न )?\d|गली|मोहल्ल|मुहल्ल|के पास|के सामने|के पीछे"
)
# As folded: small letters, no nukta. Each stands for itself at the beginning of a word.
_ILLNESSES = (
    *(
        "covid",
        "corona",
        "positive",
        "negative",
        "cancer",
        "tumour",
        "tumor",
        "tuberculosis",
        "hiv",
        "diabet",
        "pneumonia",
    ),
    *(
        "dialysis",
        "kidney",
        "heart attack",
        "cardiac",
        "stroke",
        "paralys",
        "pregnan",
        "asthma",
        "hepatitis",
        "jaundice",
    ),
    *(
        "dengue",
        "malaria",
        "typhoid",
        "fungus",
        "mucormycosis",
        "thalassemia",
        "epilep",
        "depress",
        "suicid",
        "abortion",
    ),
    *(
        "miscarriage",
        "mental",
        "psychiat",
        "syphilis",
        "leprosy",
        "sickle",
        "anaemia",
        "anemia",
        "haemophilia",
        "hemophilia",
    ),
    *(
        "कोविड",
        "कोरोना",
        "पॉजिटिव",
        "पाजिटिव",
        "निगेटिव",
        "नेगेटिव",
        "कैंसर",
        "ट्यूमर",
        "टीबी",
        "क्षय",
        "एचआईवी",
        "एड्स",
        "डायबि",
    ),
    *("मधुमेह", "शुगर", "निमोनिया", "न्यूमोनिया", "डायलिसिस", "किडनी", "गुर्द", "हार्ट अटैक", "दिल का दौरा", "लकवा", "गर्भ"),
    *("अस्थमा", "दमा", "हेपेटाइटिस", "पीलिया", "डेंगू", "मलेरिया", "टाइफाइड", "फंगस", "थैलेसीमिया", "मिर्गी", "डिप्रेशन"),
    *("आत्महत्या", "गर्भपात", "मानसिक", "कुष्ठ", "सिकल", "एनीमिया"),
)
_SHORT_ILLNESSES = ("tb", "t.b.", "aids", "sugar", "bp")
_WORD_BEGINS = r"(?<![\w\u0900-\u097f])"
_WORD_ENDS = r"(?![\w\u0900-\u097f])"
_ILL = re.compile(
    f"{_WORD_BEGINS}(?:{'|'.join(map(re.escape, _ILLNESSES))})"
    f"|{_WORD_BEGINS}(?:{'|'.join(map(re.escape, _SHORT_ILLNESSES))}){_WORD_ENDS}"
)
_WORD = re.compile(r"[a-z]+|[\u0900-\u0963\u0971-\u097f]+|[^\W\d_]+")
_RULES = (
    (_MAIL, gettext_lazy("an e-mail address or account name")),
    (_HANDLE, gettext_lazy("an e-mail address or account name")),
    (_LINK, gettext_lazy("a link")),
    (_LEVEL, gettext_lazy("an oxygen level")),
    (_AGE, gettext_lazy("an age")),
    (_ILL, gettext_lazy("an illness")),
    (_ADDRESS, gettext_lazy("an address")),
)


# Accounts are often named by what they do; such words betray nobody.
_NO_NAMES = frozenset(
    {
        "help",
        "need",
        "needs",
        "oxygen",
        "india",
        "news",
        "seva",
        "sewa",
        "trust",
        "team",
        "foundation",
        "मदद",
        "सेवा",
        "ऑक्सीजन",
    }
)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Words that are private to one case: who asks, who is ill, where they are."""

    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @classmethod
    def of(cls, case: Case) -> "Forbidden":
        """Of the case and of what was joined to it; two queries. District and block are public."""
        kin = Q(cases=case.pk) | Q(cases_as_patient=case.pk) | Q(cases__joined_to=case.pk)
        people = list(Person.objects.filter(kin).values_list("pk", "name", "x_username").distinct())
        phones = Phone.objects.filter(person__in=[pk for pk, *_rest in people]).values_list("number", flat=True)
        names = {word for _pk, name, handle in people for word in (*words(name), *words(handle))}
        told = {case.place_text, *((case.place.name, case.place.name_hi) if case.place else ())}
        areas = [one for one in (case.block, case.district, case.state) if one]
        known = {word for one in areas for name in (one.name, one.name_hi) for word in words(name)}
        places = {word for name in told for word in words(name)}
        return cls(_long(names - known - _NO_NAMES), _long(places - known), frozenset(phones))


def _long(found: set[str]) -> frozenset[str]:
    return frozenset(word for word in found if len(word) >= SHORTEST_NAME)


def words(text: str) -> list[str]:
    """The words of a text in plain small letters, numbers left out."""
    return _WORD.findall(fold(text))


def check(text: str, forbidden: Forbidden) -> None:
    """Raise MoveRefused with what may not stand in a public note, in the reader's words."""
    found = _found(unicodedata.normalize("NFKC", text), forbidden)
    if found is not None:
        what, where = found
        message = _("The citizen's page is public: leave out %(what)s (“%(words)s”).")
        raise MoveRefused("invalid", message % {"what": what, "words": where.strip()[:60]})


def is_clean(text: str, forbidden: Forbidden) -> bool:
    """Whether the text may stand in public."""
    return _found(unicodedata.normalize("NFKC", text), forbidden) is None


def _found(text: str, forbidden: Forbidden) -> tuple[str, str] | None:
    folded = fold(text)
    without_dates = _DATE.sub(" ", folded)
    digits = "".join(sign for sign in folded if sign.isdecimal())
    if number := _NUMBER.search(without_dates):
        return _("a number of five digits or more"), number[0]
    if any(phone in digits for phone in forbidden.phones):
        return _("a phone number"), "…"
    for pattern, what in _RULES:
        if hit := pattern.search(folded):
            return str(what), hit[0]
    return _private(words(text), forbidden)


def _private(written: list[str], forbidden: Forbidden) -> tuple[str, str] | None:
    for private, what in ((forbidden.names, _("the name of a person")), (forbidden.places, _("the place"))):
        heard = {(_is_hindi(word), sound_key(word)) for word in private}
        for word in written:
            # In the other script a name is known by its sound.
            if word in private or (not _is_hindi(word), sound_key(word)) in heard:
                return what, word
    return None


def _is_hindi(word: str) -> bool:
    return "\u0900" <= word[0] <= "\u097f"
