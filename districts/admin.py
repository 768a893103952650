"""Where and who, as the office edits them: places, spellings, officers, postings, shifts."""

import secrets
from http import HTTPStatus
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token, TokenProxy
from simple_history.admin import SimpleHistoryAdmin

from districts import gazetteer_source
from districts.forms import LeaveForm, PlaceForm, PlaceNameForm, PostingForm, ShiftForm
from districts.models import (
    Block,
    BlockDistrict,
    District,
    Leave,
    Officer,
    PinCode,
    Place,
    PlaceName,
    Posting,
    Shift,
    State,
    SubDistrict,
)
from districts.populations import OWN, recount
from districts.sign_ins import end_sign_ins, forget_second_step
from districts.weekdays import in_words

# What they show are secrets of sign-ins, and addresses that nothing here uses.
admin.site.unregister([Authenticator, EmailAddress, UserSession, TokenProxy])


class NamesAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the gazetteer is made of: every change makes the workers rebuild it."""

    list_per_page = 50
    show_full_result_count = False  # counting all of India for every page costs more than the page

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save, and tell the workers."""
        super().save_model(request, obj, form, change)
        gazetteer_source.bump_version()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete, and tell the workers."""
        super().delete_model(request, obj)
        gazetteer_source.bump_version()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several, and tell the workers."""
        super().delete_queryset(request, queryset)
        gazetteer_source.bump_version()


class AreaAdmin(NamesAdmin):
    """An area keeps its LGD code for life."""

    search_fields = ("name", "name_hi", "code__exact")

    def get_readonly_fields(self, _request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The code is the key: it is given once."""
        return ("code",) if obj else ()


class CountedAdmin(AreaAdmin):
    """An area with people: a number the office writes is the office's, and the next load leaves it as it is."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Who counted follows from who wrote the number."""
        return (*super().get_readonly_fields(request, obj), "population_source")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Sign the number; an emptied one is counted from the files, or the blocks, again."""
        if "population" in form.changed_data:
            obj.population_source = f"{OWN} {request.user.get_username()}"[:100] if obj.population is not None else ""
        super().save_model(request, obj, form, change)
        touched = {obj.pk} if isinstance(obj, District) else {obj.district_id, form.initial.get("district")}
        for district_id in touched - {None, ""}:
            recount(district_id)


@admin.register(State)
class StateAdmin(AreaAdmin):
    """States and union territories."""

    list_display = ("name", "name_hi", "abbreviation", "code")


@admin.register(District)
class DistrictAdmin(CountedAdmin):
    """Districts; abolished ones are switched off, not deleted."""

    list_display = ("name", "name_hi", "state", "population", "is_active", "code")
    list_filter = ("is_active", "state")
    list_select_related = ("state",)
    autocomplete_fields = ("state",)


@admin.register(SubDistrict)
class SubDistrictAdmin(AreaAdmin):
    """Tehsils and taluks."""

    list_display = ("name", "name_hi", "district", "state", "code")
    list_filter = ("state",)
    list_select_related = ("state", "district")
    autocomplete_fields = ("state", "district")


class BlockDistrictInline(admin.TabularInline):  # type: ignore[type-arg]
    """The districts a block touches."""

    model = BlockDistrict
    autocomplete_fields = ("district",)
    extra = 0


@admin.register(Block)
class BlockAdmin(CountedAdmin):
    """Blocks and zones."""

    list_display = ("name", "name_hi", "district", "population", "valid_to", "code")
    list_filter = ("district__state",)
    list_select_related = ("district",)
    autocomplete_fields = ("district",)
    inlines = (BlockDistrictInline,)


@admin.register(Place)
class PlaceAdmin(NamesAdmin):
    """Towns, localities, hospitals; the office adds its own."""

    form = PlaceForm
    list_display = ("name", "name_hi", "kind", "district", "block", "pincode", "is_active")
    list_filter = ("kind", "is_active", "state")
    list_select_related = ("district", "block")
    search_fields = ("name", "name_hi", "pincode__exact", "key__exact")
    autocomplete_fields = ("state", "district", "block")
    readonly_fields = ("key", "source")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new place gets a key of the office's own kind, which loading the geography leaves alone."""
        if not change:
            obj.key = f"{OWN}:{secrets.token_hex(6)}"
            obj.source = f"{OWN} {request.user.get_username()}"
        super().save_model(request, obj, form, change)


class _NamedAreas(ChangeList):
    """Spellings with the name of their area, looked up in memory."""

    def get_results(self, request: HttpRequest) -> None:
        """One query for the gazetteer's version, however many rows there are."""
        super().get_results(request)
        gazetteer = gazetteer_source.current()
        self.result_list = list(self.result_list)
        for spelling in self.result_list:
            row = gazetteer.area(spelling.level, spelling.key)
            spelling.area_name = row.name if row else ""


@admin.register(PlaceName)
class PlaceNameAdmin(NamesAdmin):
    """Every spelling the gazetteer knows; what the office writes outlives the next load."""

    form = PlaceNameForm
    list_display = ("spelling", "language", "level", "area", "key", "is_active", "source")
    list_filter = ("level", "language", "is_active")
    search_fields = ("spelling", "key__exact")
    readonly_fields = ("source",)

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[ChangeList]:  # noqa: ARG002 - Django names it
        """The list with names of areas."""
        return _NamedAreas

    @admin.display(description=_("area"))
    def area(self, spelling: PlaceName) -> str:
        """The area's name; empty when it is no longer there."""
        return str(getattr(spelling, "area_name", ""))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A spelling somebody wrote is that officer's; one that is only switched off or on stays the file's."""
        if not change or set(form.changed_data) - {"is_active"}:
            obj.source = f"{OWN} {request.user.get_username()}"
        super().save_model(request, obj, form, change)


@admin.register(PinCode)
class PinCodeAdmin(NamesAdmin):
    """PIN codes with district and likely block."""

    list_display = ("pincode", "main_office", "district", "block", "share")
    list_filter = ("state",)
    list_select_related = ("district", "block")
    search_fields = ("pincode__startswith", "main_office")
    autocomplete_fields = ("state", "district", "block")


class HeldPostings(admin.TabularInline):  # type: ignore[type-arg]
    """An officer's postings, to read; they are changed on their own page, which keeps their history."""

    model = Posting
    fields = readonly_fields = ("role", "state", "district", "block", "is_stand_in", "starts_on", "ends_on")
    show_change_link = True
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        """With the names of their areas."""
        return super().get_queryset(request).select_related("state", "district", "block")

    def has_add_permission(self, *_: object) -> bool:
        """On the posting's own page."""
        return False


@admin.register(Officer)
class OfficerAdmin(UserAdmin):  # type: ignore[type-arg]
    """Logins; an officer who leaves is switched off, because cases name the officer."""

    list_display = ("username", "first_name", "last_name", "name_hi", "phone", "is_active", "is_staff")
    search_fields = ("username", "first_name", "last_name", "name_hi", "phone")
    fieldsets = (*(UserAdmin.fieldsets or ()), (_("officer"), {"fields": ("name_hi", "phone", "language")}))
    add_fieldsets = (
        *UserAdmin.add_fieldsets,
        (_("officer"), {"fields": ("first_name", "last_name", "name_hi", "phone", "language")}),
    )
    inlines = (HeldPostings,)
    actions = ("sign_out_everywhere", "lost_phone")

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[Officer]) -> None:
        """Every session and token of these officers ends now."""
        for officer in queryset:
            end_sign_ins(officer)
        self.message_user(request, _("They are signed out everywhere."))

    @admin.action(description=_("The telephone is lost: take its code away and sign out everywhere"))
    def lost_phone(self, request: HttpRequest, queryset: QuerySet[Officer]) -> None:
        """The code of a lost telephone no longer works; for whoever manages all of the admin."""
        if not request.user.is_superuser:
            raise PermissionDenied
        for officer in queryset:
            forget_second_step(officer)
        self.message_user(request, _("The codes no longer work; they are signed out everywhere."))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A new password, or none, ends the tokens of machines too; sessions end by themselves."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            Token.objects.filter(user=int(id)).delete()
        return response

    def get_inlines(self, _request: HttpRequest, obj: Officer | None) -> Any:
        """A new officer has no postings yet."""
        return self.inlines if obj else ()


class ShiftInline(admin.TabularInline):  # type: ignore[type-arg]
    """The hours of one posting."""

    model = Shift
    form = ShiftForm
    extra = 0


@admin.register(Posting)
class PostingAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Who holds which place, with hours and history."""

    form = PostingForm
    list_display = ("officer", "role", "state", "district", "block", "is_stand_in", "starts_on", "ends_on")
    list_filter = ("role", "is_stand_in", "state")
    list_select_related = ("officer", "state", "district", "block")
    search_fields = (
        *("officer__username", "officer__first_name", "officer__last_name", "officer__name_hi"),
        *("district__name", "district__name_hi", "block__name", "block__name_hi"),
    )
    autocomplete_fields = ("officer", "state", "district", "block")
    inlines = (ShiftInline,)


@admin.register(Shift)
class ShiftAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """All hours of duty."""

    form = ShiftForm
    list_display = ("posting", "days", "starts", "ends", "is_stand_in", "from_date", "until_date")
    list_filter = ("is_stand_in", "posting__role")
    list_select_related = (*("posting__officer", "posting__state", "posting__district", "posting__block"),)
    search_fields = ("posting__officer__username", "posting__officer__last_name", "posting__block__name")
    autocomplete_fields = ("posting",)

    @admin.display(description=_("weekdays"))
    def days(self, shift: Shift) -> str:
        """The days as words."""
        return in_words(shift.weekdays)


@admin.register(Leave)
class LeaveAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Who is away, and who answers meanwhile."""

    form = LeaveForm
    list_display = ("officer", "from_date", "until_date", "replacement", "reason")
    list_select_related = ("officer", "replacement")
    search_fields = ("officer__username", "officer__first_name", "officer__last_name", "officer__name_hi")
    autocomplete_fields = ("officer", "replacement")
