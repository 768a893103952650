"""Understanding, step 5: Hindi, English, Hindi in Roman letters, or a whole clause of each."""

from functools import cache

from cases.understanding.lexicon import rows
from cases.understanding.text import Post


@cache
def _function_words() -> dict[str, str]:
    return {row["word"]: row["belongs_to"] for row in rows("language_words")}


def read_language(post: Post) -> str:
    """hi, en, hi-Latn or mixed; loan words (oxygen, bed) and names count for neither."""
    known = _function_words()
    told = list(map(known.get, post.words))
    english, roman_hindi = told.count("en"), told.count("hi-Latn")
    hindi, roman = post.letters
    if hindi:
        if (hindi >= 4 and english + roman_hindi >= 4) or (hindi < 4 and roman > 3 * hindi and english >= 2):
            return "mixed" if hindi >= 3 else "en"
        return "hi" if hindi >= 2 or not roman else "en"
    return (
        "hi-Latn"
        if (roman_hindi >= 2 and roman_hindi >= 0.7 * english) or (roman_hindi and roman_hindi >= english)
        else "en"
    )
