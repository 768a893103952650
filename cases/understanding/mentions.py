"""Understanding, step 2b: every word of a post that may say where, with what it may mean and what part it plays."""

from collections.abc import Iterator
from functools import cache, lru_cache

from cases.understanding.evidence import ABROAD, DELHI, Evidence, Mention, Option, district_of
from cases.understanding.hospitals import hospital_options
from cases.understanding.lexicon import Hit, column, lexicon, ordinary_words, rows
from cases.understanding.quarters import COMMON_WEIGHT, heard_localities, locality_options, with_others
from cases.understanding.roles import give_roles, keep_named
from cases.understanding.text import Handle, Post
from districts.gazetteer import AreaRow, Gazetteer, Match

_LEVEL_WEIGHT = {"state": 0.0, "district": 1.0, "block": 0.65, "subdistrict": 0.6}
_KIND_WEIGHT = {"town": 0.7, "hospital": 0.9, "locality": 0.7, "populated place": 0.4, "post office locality": 0.35}
_STAYING, _STRICKEN = frozenset({"lies", "here"}), "Nepal"
_OFFICIAL = frozenset({"district", "block", "subdistrict"})
_PIN_WEIGHT, _INITIALS_WEIGHT = 1.2, 0.38
_INITIALS = 4
_HOSPITAL_WORDS = frozenset("hospital hosp hospitals अस्पताल हॉस्पिटल".split())
# A state that people or goods come from is not where they are ("odisha wale", "andhra se laute").
_ELSEWHERE = frozenset("se sy से wale wala wali वाले वाला border बॉर्डर".split())
# "Kota me, rajasthan nahi": a state that is ruled out.
_NOT = frozenset("nahi nhi nahin nai नहीं नही".split())
# Nor is the one that people stranded want to go home to ("ghar wapas jana hai bihar").
_HOMEWARD = frozenset("wapas vapas wapis jana jaana वापस जाना return".split())
# Nobody names more places than this in a plea; the rest is not looked at.
_MOST = 40
_TAG_WEIGHT, _HANDLE_WEIGHT, _HEARD_WEIGHT, _ABROAD_WEIGHT = 0.65, 0.55, 0.6, 0.9


def gather(
    post: Post, gazetteer: Gazetteer, looked_up: tuple[list[Match], list[int]], hits: dict[str, list[Hit]]
) -> Evidence:
    """Everything in the post that may say where; `looked_up` as by the gazetteer, `hits` are its listed words."""
    matches, _ = looked_up
    evidence, cues = Evidence(), hits["place_words"]
    taken: set[int] = set()
    quarters = _read_quarters(post, hits["localities"], gazetteer, looked_up, evidence)
    taken.update(at for hit in quarters for at in range(hit.start, hit.end))
    for hit in hits["hospitals"]:
        if hit.start not in taken and hit.end - 1 not in taken:
            evidence.mentions.append(Mention(hit.start, hit.end, hospital_options(hit, gazetteer)))
            taken.update(range(hit.start, hit.end))
    for hit in hits["abroad"]:
        evidence.mentions.append(Mention(hit.start, hit.end, [Option(ABROAD, None, _ABROAD_WEIGHT, None, hit.tag)]))
        taken.update(range(hit.start, hit.end))
    named = set(taken)
    for hit in hits["states"]:
        if hit.start not in taken:
            _read_state(post, hit, gazetteer, evidence, taken)
    for match in matches:
        if match.start not in taken and match.end - 1 not in named:
            _read_match(post, match, gazetteer, evidence, taken)
    _read_named_districts(post, gazetteer, evidence, cues, taken)
    _read_tags(post, gazetteer, evidence, taken)
    _read_pincode(post, gazetteer, evidence)
    evidence.mentions.sort(key=lambda m: m.start)
    del evidence.mentions[_MOST:]
    for handle in post.handles[:_MOST]:
        _read_handle(handle, gazetteer, evidence)
    _read_doubtful(post, gazetteer, evidence, taken)
    give_roles(post, evidence, hits)
    if hits["abroad"]:  # the son in Dubai who writes is not the patient; who is stuck there is
        evidence.mentions = [m for m in evidence.mentions if m.options[0].district != ABROAD or _stays(m)]
    keep_named(post, evidence, cues, gazetteer)
    beside = {start: state for state, (start, _) in evidence.states.items()}
    for mention in evidence.mentions:
        if mention.end in beside and not set(post.before[mention.end]) & set(".|;\n"):
            mention.state = beside[mention.end]
    return evidence


def _stays(mention: Mention) -> bool:
    """Sons write from Dubai and Toronto; who is "near Langtang" is there."""
    return mention.role in _STAYING or (mention.role == "in" and mention.options[0].name == _STRICKEN)


def _read_quarters(
    post: Post, known: list[Hit], gazetteer: Gazetteer, looked_up: tuple[list[Match], list[int]], evidence: Evidence
) -> list[Hit]:
    """Quarters of cities; a longer official name (Ramganj Mandi) is not its first word's quarter (Ramganj)."""
    matches, unknown = looked_up
    spelt = {(match.start, match.end): match for match in matches if not match.heard}
    longer = [range(start, end) for start, end in spelt if end - start > 1]
    quarters = [hit for hit in known if not any(hit.start in m and hit.end - hit.start < len(m) for m in longer)]
    quarters += heard_localities(post, {at for hit in quarters for at in range(hit.start, hit.end)}, unknown)
    read: list[Hit] = []
    for hit in quarters:
        options = locality_options(post, hit, gazetteer)
        if options:
            match = spelt.get((hit.start, hit.end))
            if match is not None and (options[0].weight == COMMON_WEIGHT or _is_another(options, gazetteer, match)):
                options = with_others(options, _options(gazetteer, match.areas, 1.0))
            evidence.mentions.append(Mention(hit.start, hit.end, options))
            read.append(hit)
    return read


def _is_another(options: list[Option], gazetteer: Gazetteer, match: Match) -> bool:
    """Chhatarpur is a quarter of Delhi, and a district; what is listed without a name is a whole city."""
    return options[0].name != "" and gazetteer.areas[match.areas[0]].level in _OFFICIAL


def _read_state(post: Post, hit: Hit, gazetteer: Gazetteer, evidence: Evidence, taken: set[int]) -> None:
    """A state's word; abbreviations that are words too count in capitals, or after a place's comma or bracket."""
    code, needs_capitals = int(hit.tag.rstrip("!")), hit.tag.endswith("!")
    written = post.original_words(hit.start, hit.end)
    signs = post.before[hit.start]
    if (
        needs_capitals
        and not (written.isupper() or "(" in signs or "," in signs)
        and not post.folded.startswith(".", post.ends[hit.end - 1])
    ):
        return
    taken.update(range(hit.start, hit.end))
    if hit.end < len(post.words) and post.words[hit.end] in _ELSEWHERE and code != DELHI:
        return
    if hit.end < len(post.words) and post.words[hit.end] in _NOT and post.phrases[hit.end] == post.phrases[hit.start]:
        evidence.not_states.add(code)
        return
    if code != DELHI and _HOMEWARD & set(post.words[max(0, hit.start - 4) : hit.end + 3]):
        return
    if code == DELHI:
        row = gazetteer.area("state", DELHI)
        weight, source = (_TAG_WEIGHT, "tag") if post.tagged[hit.start] else (1.0, "text")
        evidence.mentions.append(Mention(hit.start, hit.end, [Option(-DELHI, DELHI, weight, row, "Delhi")], source))
    else:
        evidence.states.setdefault(code, (hit.start, hit.end))


def _options(gazetteer: Gazetteer, numbers: tuple[int, ...], factor: float) -> list[Option]:
    """The best meaning per district, heaviest first; a state's own row is no option. Worked out once per gazetteer."""
    key = numbers, factor
    kept: tuple[Option, ...] | None = gazetteer.memo.get(key)
    if kept is None:
        kept = gazetteer.memo[key] = tuple(_meanings(gazetteer, numbers, factor))
    return list(kept)


def _meanings(gazetteer: Gazetteer, numbers: tuple[int, ...], factor: float) -> list[Option]:
    best: dict[int, Option] = {}
    blocks: dict[int, int] = {}
    for number in numbers:
        area = gazetteer.areas[number]
        weight = (_LEVEL_WEIGHT.get(area.level) or _kind_weight(area)) * factor
        district = district_of(area)
        if not weight or not district:
            continue
        if area.block is not None:
            blocks.setdefault(district, area.block)
        held = best.get(district)
        if held is None or held.weight < weight:
            held = best[district] = Option(district, area.state, weight, area, _spoken_name(gazetteer, area))
        # Deeg is a town and a district's name: the town is the better answer to "where".
        if (
            held.area is not None
            and held.area.level == "district"
            and area.level != "district"
            and area.kind != "hospital"
        ):
            best[district] = Option(district, area.state, held.weight, area, _spoken_name(gazetteer, area))
    return sorted((o._replace(block=blocks.get(o.district)) for o in best.values()), key=lambda o: -o.weight)


def _read_named_districts(
    post: Post, gazetteer: Gazetteer, evidence: Evidence, cues: list[Hit], taken: set[int]
) -> None:
    """ "Sakti jila", "district Gaya": an ordinary word beside the word district is a district's name."""
    for hit in cues:
        if hit.tag != "district":
            continue
        for at in (hit.start - 1, hit.end):
            if not 0 <= at < len(post.words) or at in taken or post.clauses[at] != post.clauses[hit.start]:
                continue
            numbers = gazetteer.names.get(post.words[at], ())
            options = _options(gazetteer, tuple(n for n in numbers if gazetteer.areas[n].level == "district"), 1.0)
            if options:
                evidence.mentions.append(Mention(at, at + 1, options))
                taken.add(at)
                break
    _read_plain_towns(post, gazetteer, evidence, cues, taken)


def _read_plain_towns(post: Post, gazetteer: Gazetteer, evidence: Evidence, cues: list[Hit], taken: set[int]) -> None:
    """ "in Champa": an ordinary word, or a name, is a town's where it is written large after "in" or "near"."""
    for hit in cues:
        at = hit.end
        if hit.tag != "in-before" or at >= len(post.words) or at in taken or post.words[at] not in ordinary_words():
            continue
        if not post.original_words(at, at + 1).istitle() or post.clauses[at] != post.clauses[hit.start]:
            continue
        numbers = tuple(n for n in gazetteer.names.get(post.words[at], ()) if gazetteer.areas[n].kind == "town")
        options = _options(gazetteer, numbers, 1.0)
        if len(options) == 1:
            evidence.mentions.append(Mention(at, at + 1, options))
            taken.add(at)


def _spoken_name(gazetteer: Gazetteer, area: AreaRow) -> str:
    """ "Pali Korba" of the post office directory is Pali to everybody in Korba."""
    if area.name.endswith(" Municipal Corporation"):
        return area.name.removesuffix(" Municipal Corporation")
    if area.name.endswith(")") and area.level in ("block", "subdistrict"):
        return area.name.partition(" (")[0]
    home = gazetteer.area("district", area.district or 0) if area.kind in ("post office locality", "locality") else None
    if home is not None and area.name.endswith(f" {home.name}"):
        return area.name[: -len(home.name) - 1]
    return area.name


def _kind_weight(area: AreaRow) -> float:
    """A place's weight: a hospital's initials name no town, a village of two words is rarely another one."""
    weight = _KIND_WEIGHT.get(area.kind, 0.0)
    if area.kind == "hospital" and len(area.name) <= 12 and len(area.name.split()[0]) <= 4:
        return _INITIALS_WEIGHT
    if weight < 0.5 and " " in area.name:
        return weight + 0.2
    return weight


def _state_named(gazetteer: Gazetteer, numbers: tuple[int, ...]) -> int:
    """The state that bears the name, or 0; states are the first of all that bear a name."""
    area = gazetteer.areas[numbers[0]]
    return area.state if area.level == "state" and area.state and area.state != DELHI else 0


def _read_match(post: Post, match: Match, gazetteer: Gazetteer, evidence: Evidence, taken: set[int]) -> None:
    tagged = post.tagged[match.start]
    length = post.ends[match.end - 1] - post.starts[match.start]
    if length < 3 or post.words[match.start].isdecimal():
        return
    factor = (_HEARD_WEIGHT if match.heard else 1.0) * (_TAG_WEIGHT if tagged else 1.0)
    state = 0 if match.heard else _state_named(gazetteer, match.areas)
    if state:
        evidence.states.setdefault(state, (match.start, match.end))
    options = _options(gazetteer, match.areas, factor)
    if all(len(word) <= _INITIALS or word in _HOSPITAL_WORDS for word in post.words[match.start : match.end]):
        # KGH is a hospital in Visakhapatnam and one in Raigarh.
        options = [
            o._replace(weight=_INITIALS_WEIGHT) if o.area is not None and o.area.kind == "hospital" else o
            for o in options
        ]
    if options:
        source = "heard" if match.heard else "tag" if tagged else "text"
        small = not post.original_words(match.start, match.end)[:1].isupper()
        short = small and length < (6 if post.words[match.start].isascii() else 5)
        small = small and post.words[match.start].isascii()
        evidence.mentions.append(Mention(match.start, match.end, options, source, short=short, small=small))
        taken.update(range(match.start, match.end))


def _doubtful_names(gazetteer: Gazetteer) -> dict[str, tuple[int, ...]]:
    """Everyday words that are districts' and towns' names, too: gaya, mandi, basti."""
    kept: dict[str, tuple[int, ...]] | None = gazetteer.memo.get("doubtful")
    if kept is None:
        found = {word: gazetteer.names[word] for word in ordinary_words() if word.isascii() and word in gazetteer.names}
        kept = gazetteer.memo["doubtful"] = {word: _of_districts(gazetteer, found[word]) for word in found}
    return kept


def _of_districts(gazetteer: Gazetteer, numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in numbers if gazetteer.areas[n].level == "district" or gazetteer.areas[n].kind == "town")


def _read_doubtful(post: Post, gazetteer: Gazetteer, evidence: Evidence, taken: set[int]) -> None:
    """ "Gaya ... @dm_gaya": an everyday word written large is a name where something else names its district."""
    doubtful = _doubtful_names(gazetteer)
    if not evidence.mentions or doubtful.keys().isdisjoint(post.words):
        return
    named = {option.district for mention in evidence.mentions for option in mention.options}
    for at, word in enumerate(post.words):
        if at not in taken and word in doubtful and post.original_words(at, at + 1).istitle():
            options = [o for o in _options(gazetteer, doubtful[word], 1.0) if o.district in named]
            if options:
                evidence.mentions.append(Mention(at, at + 1, options))
    evidence.mentions.sort(key=lambda m: m.start)


@cache
def _tag_parts() -> tuple[str, ...]:
    return tuple(sorted((part.replace(" ", "") for part in column("tag_parts", "part")), key=len, reverse=True))


@lru_cache(maxsize=4096)
def _stripped(name: str) -> tuple[str, ...]:
    """What may be the place in coviddelhi2021 or dmdeoria: without the parts that usually stand before or after."""
    return tuple(_cores(name))


def _cores(name: str) -> Iterator[str]:
    core = name.replace("_", "").strip("0123456789")
    yield core
    for part in _tag_parts():
        if core.startswith(part) and len(core) - len(part) >= 4:
            yield core[len(part) :]
        if core.endswith(part) and len(core) - len(part) >= 4:
            yield core[: -len(part)]


def _place_in(name: str, gazetteer: Gazetteer, factor: float, *, office: bool = False) -> list[Option]:
    """Districts and towns whose name stands in a hashtag or handle; empty when none does.

    An `office` of a district is meant before a town: @KotaCollector is not the block's of that name.
    """
    cores = _stripped(name)
    for core in cores:
        locality, state = lexicon().tag("localities", core), lexicon().tag("states", core)
        if locality and "|" not in locality:
            home = gazetteer.area("district", locality.partition("=")[0].lstrip("~"))
            if home is not None:
                return [Option(district_of(home), home.state, factor, home, home.name)]
        if state:
            return [Option(-DELHI, DELHI, factor, None, "Delhi")] if state == str(DELHI) else []
        # "dm_gaya": what is left of an office's name is a place, whatever the word means elsewhere.
        known = len(core) >= 4 and (core not in ordinary_words() or core != cores[0])
        kept = _of_districts(gazetteer, gazetteer.names.get(core, ())) if known else ()
        if office and any(gazetteer.areas[n].level == "district" for n in kept):
            kept = tuple(n for n in kept if gazetteer.areas[n].level == "district")
        if kept:
            return _options(gazetteer, kept, factor)
    return []


def _read_tags(post: Post, gazetteer: Gazetteer, evidence: Evidence, taken: set[int]) -> None:
    if True not in post.tagged:
        return
    for at, tagged in enumerate(post.tagged):
        if tagged and at not in taken and len(post.words[at]) > 5:
            options = _place_in(post.words[at], gazetteer, _TAG_WEIGHT)
            if options:
                evidence.mentions.append(Mention(at, at + 1, options, "tag"))


def _read_pincode(post: Post, gazetteer: Gazetteer, evidence: Evidence) -> None:
    after_places = {mention.end for mention in evidence.mentions}
    for at in post.figures:
        word = post.words[at]
        if len(word) != 6:
            continue
        if word not in gazetteer.pins and at in after_places and "1" <= word[0] <= "8":
            evidence.pincode = evidence.pincode or word  # "ENT hospital, Koti 500095": a pin code the lists do not have
        if word in gazetteer.pins:
            evidence.pincode, evidence.pin_at = word, at
            options: dict[int, Option] = {}
            for pin in gazetteer.pins[word]:
                if pin.district is None:
                    continue
                home = gazetteer.area("district", pin.district)
                block = gazetteer.area("block", pin.block) if pin.block else None
                if home is not None and district_of(home) not in options:
                    weight = _PIN_WEIGHT * (0.5 + pin.share / 2)
                    options[district_of(home)] = Option(
                        district_of(home), pin.state, weight, block or home, "", pin.block
                    )
            if options:
                evidence.mentions.append(Mention(at, at + 1, list(options.values()), "pin"))
            return


@cache
def official_handles() -> dict[str, tuple[int, str]]:
    """Handle in lower case -> state and district (LGD codes; '' where it is a state's)."""
    return {row["handle"].lower(): (int(row["state"]), row["district"]) for row in rows("handles")}


def _read_handle(handle: Handle, gazetteer: Gazetteer, evidence: Evidence) -> None:
    """An @mention is a weak cue: people call for help to whoever listens."""
    official = official_handles().get(handle.name)
    if official:
        state, code = official
        evidence.handle_states.setdefault(state, handle)
        home = gazetteer.area("district", code) if code else None
        if home is not None:
            option = Option(district_of(home), home.state, _HANDLE_WEIGHT, home, home.name)
            evidence.mentions.append(Mention(-1, -1, [option], "handle"))
        return
    for piece in [handle.name, *handle.pieces] if len(handle.pieces) > 1 else [handle.name]:
        options = _place_in(piece, gazetteer, _HANDLE_WEIGHT, office=True)
        if options:
            evidence.mentions.append(Mention(-1, -1, options, "handle"))
            return
