"""Where: states, districts, blocks and places, keyed by the codes of the Local Government Directory (LGD)."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """A thing with a name in both scripts; `label` is the one for the reader's language."""

    name = models.CharField(_("name"), max_length=160)
    name_hi = models.CharField(_("name in Hindi"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The Hindi name for a Hindi reader where there is one, else the English name."""
        return self.name_hi if self.name_hi and get_language() == "hi" else self.name


class Area(Named):
    """An administrative area; its primary key is the LGD code, so that next year's file loads over it."""

    code = models.PositiveIntegerField(_("LGD code"), primary_key=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta(Named.Meta):
        abstract = True
        ordering = ["name"]


class State(Area):
    """A state or union territory."""

    abbreviation = models.CharField(_("abbreviation"), max_length=4, blank=True)

    class Meta(Area.Meta):
        verbose_name = _("state")
        verbose_name_plural = _("states")


class District(Area):
    """A district; abolished ones stay, with `is_active` off, because old cases point at them."""

    state = models.ForeignKey(State, models.PROTECT, related_name="districts", verbose_name=_("state"))
    is_active = models.BooleanField(_("active"), default=True)
    carved_from = models.CharField(_("carved from"), max_length=160, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    population = models.PositiveIntegerField(_("people"), null=True, blank=True)
    population_source = models.CharField(_("who counted them"), max_length=100, blank=True)

    class Meta(Area.Meta):
        verbose_name = _("district")
        verbose_name_plural = _("districts")


class SubDistrict(Area):
    """A tehsil or taluk; five of the source's have no district."""

    state = models.ForeignKey(State, models.PROTECT, verbose_name=_("state"))
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="sub_districts", verbose_name=_("district")
    )

    class Meta(Area.Meta):
        verbose_name = _("sub-district")
        verbose_name_plural = _("sub-districts")


class Block(Area):
    """A development block, or a zone of an urban body; `district` is the primary one of those it touches."""

    district = models.ForeignKey(District, models.PROTECT, related_name="blocks", verbose_name=_("district"))
    districts = models.ManyToManyField(District, through="BlockDistrict", related_name="touching_blocks")
    population = models.PositiveIntegerField(_("people"), null=True, blank=True)
    population_source = models.CharField(_("who counted them"), max_length=100, blank=True)

    class Meta(Area.Meta):
        verbose_name = _("block")
        verbose_name_plural = _("blocks")


class BlockDistrict(models.Model):
    """A block may touch two districts; one is primary."""

    block = models.ForeignKey(Block, models.CASCADE)
    district = models.ForeignKey(District, models.PROTECT)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "district"], name="block_district_once"),
            models.UniqueConstraint(
                fields=["block"], condition=models.Q(is_primary=True), name="block_has_one_primary_district"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} in {self.district_id}"


class Place(Named):
    """A town, village, locality or hospital; `key` names it across loads, e.g. 'ulb:253098'."""

    key = models.CharField(_("key"), max_length=120, primary_key=True)
    kind = models.CharField(_("kind"), max_length=40)
    state = models.ForeignKey(State, models.PROTECT, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    pincode = models.CharField(_("PIN code"), max_length=6, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("The office's own switch; loading the geography leaves it as it is.")
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name"]


class PlaceName(models.Model):
    """One spelling of an area or place, with its language and source. Officers add their own."""

    class Level(models.TextChoices):
        STATE = "state", _("state")
        DISTRICT = "district", _("district")
        SUBDISTRICT = "subdistrict", _("sub-district")
        BLOCK = "block", _("block")
        PLACE = "place", _("place")

    level = models.CharField(_("level"), max_length=12, choices=Level)
    key = models.CharField(_("code or key"), max_length=120, help_text=_("LGD code of the area, or the place's key"))
    spelling = models.CharField(_("spelling"), max_length=160)
    language = models.CharField(_("language"), max_length=8, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch a misleading spelling off; loading leaves it switched off.")
    )

    class Meta:
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")
        constraints = [
            models.UniqueConstraint(fields=["level", "key", "spelling"], name="spelling_once_per_place"),
        ]

    def __str__(self) -> str:
        return self.spelling


class PinCode(models.Model):
    """A postal code's part in one district: the share of its post offices that lie there, and their likely block."""

    pincode = models.CharField(_("PIN code"), max_length=6)
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, verbose_name=_("state"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    share = models.FloatField(_("share"), default=1.0)
    main_office = models.CharField(_("main post office"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("PIN code")
        verbose_name_plural = _("PIN codes")
        indexes = [models.Index(fields=["pincode"], name="pincode_idx")]
        constraints = [
            models.UniqueConstraint(fields=["pincode", "district"], name="pincode_once_per_district"),
        ]

    def __str__(self) -> str:
        return self.pincode


class GazetteerVersion(models.Model):
    """The one row whose number tells every worker that names have changed and its gazetteer is stale."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True, editable=False)  # of the files that were loaded last
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="gazetteer_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)
