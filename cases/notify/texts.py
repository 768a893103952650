"""Journey 5: the words of every notice, changed in the browser, with a preview, checks and a way back."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import ReplyTemplate
from cases.notify import wording
from cases.notify.forms import WordsForm
from cases.notify.gate import edits_texts

HISTORY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as a reader gets it, or what is wrong with it."""

    words: str
    length: str
    wrong: list[str]

    @classmethod
    def filled(cls, text: ReplyTemplate, sample: dict[str, str]) -> "Shown":
        """The text as it is kept."""
        words = text.text.format_map(sample).strip()
        return cls(words, wording.measure(text.key, words), [])

    @classmethod
    def of(cls, text: ReplyTemplate, words: str) -> "Shown":
        """These words in the place of the text's."""
        wrong: list[str] = []
        try:
            wording.check(text.key, text.language, words.strip())
        except ValidationError as error:
            wrong = error.messages
        try:
            filled = wording.filled(text.key, text.language, words)
        except ValidationError:
            return cls("", "", wrong)
        return cls(filled, wording.measure(text.key, filled), wrong)


@require_GET
@edits_texts
def text_list(request: HttpRequest, **_officer: object) -> HttpResponse:
    """Every text by who reads it, filled in."""
    samples = {language: wording.sample(language) for language, _name in settings.LANGUAGES}
    shown = [(text, Shown.filled(text, samples[text.language])) for text in ReplyTemplate.objects.order_by("pk")]
    groups = [
        (who, [one for one in shown if wording.RULES[one[0].key].audience is audience])
        for audience, who in wording.WHO.items()
    ]
    return render(request, "notify/texts.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
@edits_texts
def text_edit(request: HttpRequest, *, key: str, language: str, **_officer: object) -> HttpResponse:
    """Change one text; 'preview' shows it and saves nothing."""
    text = get_object_or_404(ReplyTemplate, key=key, language=language)
    if request.method != "POST":
        return render(request, "notify/text.html", _page(text, WordsForm(instance=text), text.text))
    words = request.POST.get("text", "")
    if "preview" in request.POST:
        template = "notify/_preview.html" if request.htmx else "notify/text.html"  # type: ignore[attr-defined]
        return render(request, template, _page(text, WordsForm(initial={"text": words}, instance=text), words))
    form = WordsForm(request.POST, instance=text)
    if not form.is_valid():
        page = _page(ReplyTemplate.objects.get(pk=text.pk), form, words)
        return render(request, "notify/text.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.has_changed():
        form.save()
    messages.success(request, _("Saved. The next notice uses these words."))
    return redirect("text_edit", key=key, language=language)


@require_POST
@edits_texts
def text_back(request: HttpRequest, *, key: str, language: str, version: int, **_officer: object) -> HttpResponse:
    """An older wording is used again, if it would still pass."""
    text = get_object_or_404(ReplyTemplate, key=key, language=language)
    older = get_object_or_404(text.history, history_id=version)
    form = WordsForm({"text": older.text}, instance=text)
    if form.is_valid():
        form.save()
        messages.success(request, _("The older words are used again."))
    else:
        messages.error(request, " ".join(map(str, form.errors["text"])))
    return redirect("text_edit", key=key, language=language)


def _page(text: ReplyTemplate, form: WordsForm, words: str) -> dict[str, Any]:
    rule = wording.RULES[text.key]
    return {
        "text": text,
        "form": form,
        "who": wording.WHO[rule.audience],
        "preview": Shown.of(text, words),
        "allowed": [f"{{{name}}}" for name in sorted(rule.allowed)],
        "required": [f"{{{name}}}" for name in sorted(rule.required)],
        "versions": list(text.history.select_related("history_user")[:HISTORY_SHOWN]),
    }
