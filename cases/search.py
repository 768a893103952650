"""Finding a case by what a person knows of it: its number, a telephone number, a name, words of the plea; any script.

What an index answers (a reference, a whole telephone number) is looked for everywhere. Words, names and the last digits
of a number are looked for in the newest `READ` of the cases that are in question, so that no search grows with history.
"""

import re
import unicodedata
from functools import reduce
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import CaseQuerySet, Message, Person, Phone
from cases.plain import plain
from cases.references import normalise

READ = 10_000
LONGEST = 80
MOST_WORDS = 5
FEWEST_DIGITS = 4
_NUMBER = re.compile(r"[\d\s()+.-]+")
_BEGINNING = re.compile(r"(?=.*[\d-])[A-Z]{3}[0-9A-Z -]{1,11}")
# A letter with a nukta is stored as one sign or as two, whichever the keyboard sent; normal form takes it apart.
_NUKTA = {f"{plain_letter}\u093c": chr(code) for plain_letter, code in zip("कखगजडढफय", range(0x0958, 0x0960))}


def search(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Those of the cases that fit the words; all of them when there are none."""
    asked = unicodedata.normalize("NFC", _digits(plain(text[:LONGEST])))
    if not asked:
        return cases
    if (reference := normalise(asked)) and cases.filter(reference=reference).exists():
        return cases.filter(reference=reference)
    if _NUMBER.fullmatch(asked) and len(digits := re.sub(r"\D", "", asked)) >= FEWEST_DIGITS:
        return _by_number(cases, digits)
    begun = cases.filter(reference__startswith=_dashed(asked))
    if _BEGINNING.fullmatch(asked.upper()) and begun.exists():
        return begun
    return _newest(cases).filter(reduce(and_, map(_has_word, asked.split()[:MOST_WORDS])))


def _digits(text: str) -> str:
    """With ASCII digits: a number is typed in either script."""
    return "".join(str(unicodedata.digit(sign, -1)) if unicodedata.digit(sign, -1) >= 0 else sign for sign in text)


def _dashed(text: str) -> str:
    """The beginning of a reference with its dashes where they belong."""
    signs = re.sub(r"[^A-Z0-9]", "", text.upper())
    return "-".join(filter(None, (signs[:3], signs[3:7], signs[7:])))


def _newest(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.filter(pk__in=cases.order_by("-opened_at").values("pk")[:READ])


def _by_number(cases: CaseQuerySet, digits: str) -> CaseQuerySet:
    """A whole number by its index, wherever it is; its last digits among the newest."""
    if len(digits) >= 10:
        return cases.filter(_whose(Phone.objects.filter(number=digits[-10:])))
    has_it = Phone.objects.filter(number__endswith=digits)
    known = has_it.filter(Q(person=OuterRef("requester")) | Q(person=OuterRef("patient")))
    return _newest(cases).filter(Exists(known) | Q(reference__contains=_tail(digits)))


def _tail(digits: str) -> str:
    """Digits at the end of a reference: 6743 or 674379."""
    return "-".join(filter(None, (digits[:4], digits[4:6])))


def _whose(phones: QuerySet[Phone]) -> Q:
    persons = phones.values("person")
    return Q(requester__in=persons) | Q(patient__in=persons)


def _has_word(word: str) -> Q:
    """In the plea or a later message, the place, or a name; ten thousand cases are read, not searched by index."""
    ways = {word, reduce(lambda text, pair: text.replace(*pair), _NUKTA.items(), word)}
    return reduce(or_, map(_has, ways))


def _has(word: str) -> Q:
    who = Q(pk=OuterRef("requester")) | Q(pk=OuterRef("patient"))
    named = Person.objects.filter(who, name__icontains=word)
    said = Message.objects.filter(case=OuterRef("pk"), text__icontains=word)
    return (
        Q(excerpt__icontains=word)
        | Q(place_text__icontains=word)
        | Q(reference__contains=word.upper())
        | Exists(named)
        | Exists(said)
    )
