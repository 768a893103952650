"""Understanding, step 2d: how much all that a post says about where speaks for each district."""

from cases.understanding.evidence import DELHI, Evidence, Mention, Option
from cases.understanding.reading import Plea
from districts.gazetteer import Gazetteer

_SURE, _CLEARLY = 0.85, 1.4
# The level of a name tells which of several namesakes is likelier; a town without namesakes is as sure as a district.
_TOWN, _SURE_TOWN = 0.55, 0.9
# A meaning so much lighter than a sure one is not meant.
_FAR_BEHIND = 0.4
_AGAIN = 0.3
_SCOPE_WEIGHT = 0.55
# Of two Bilaspurs, the one in the state of another place that the post names.
_COMPANY_FACTOR = 1.3
_BESIDE_FACTOR, _NOT_BESIDE_FACTOR = 2.0, 0.2
_NAMED_STATE_FACTOR, _OTHER_STATE_FACTOR, _SURE_FACTOR, _RULED_OUT_FACTOR = 1.5, 0.35, 0.9, 0.1
_STATE_SCOPE_FACTOR, _HANDLE_STATE_FACTOR = 1.5, 1.3
_DOUBTFUL = 0.7


def weigh(evidence: Evidence, plea: Plea, gazetteer: Gazetteer) -> dict[int, float]:
    """Weight of evidence per district; a name, or a city's hospitals, said twice count little more than once."""
    scores: dict[int, float] = {}
    sure = [is_sure(mention) for mention in evidence.mentions]
    states = {m.options[0].state for m, certain in zip(evidence.mentions, sure) if certain}
    seen: set[tuple[int, str, bool]] = set()
    for mention, certain in zip(evidence.mentions, sure):
        company = states if not certain and len(mention.options) > 1 else ()
        least = mention.options[0].weight * _FAR_BEHIND if certain else 0.0
        hospital, handle = mention.is_hospital, mention.source == "handle"
        said: list[tuple[int, str, bool]] = []
        for option in mention.options:
            if option.weight < least:
                continue
            weight = _weight(mention, option) * _state_factor(mention, option, evidence, plea, certain)
            weight *= _COMPANY_FACTOR if option.state in company else 1.0
            key = option.district, "" if hospital else option.name, handle
            said.append(key)
            weight *= _AGAIN if key in seen else 1.0
            scores[option.district] = scores.get(option.district, 0.0) + weight
        seen.update(said)
    _add_scope(scores, plea, gazetteer)
    return scores


def _add_scope(scores: dict[int, float], plea: Plea, gazetteer: Gazetteer) -> None:
    """The district of the handle that was written to, where the text speaks of it, too."""
    if plea.scope_district is None:
        return
    home = gazetteer.area("district", plea.scope_district)
    district = -DELHI if home is not None and home.state == DELHI else plea.scope_district
    if district in scores:
        scores[district] += _SCOPE_WEIGHT


def is_sure(mention: Mention) -> bool:
    """A name that clearly means one district speaks for its state, even as the place where they want to go."""
    rest = mention.options[1].weight if len(mention.options) > 1 else 0.0
    return mention.source == "text" and mention.options[0].weight >= max(_SURE, _CLEARLY * rest)


def _weight(mention: Mention, option: Option) -> float:
    """By itself; less for a short word in small letters that no word around it marks as a place: many are villages'."""
    weight = option.weight
    if mention.source != "text":
        return weight * mention.factor
    unmarked = mention.role == "plain" and mention.small
    if len(mention.options) == 1 and weight > _TOWN and not unmarked:
        weight = max(weight, _SURE_TOWN)
    if mention.short and mention.role == "plain" and option.weight < _SURE and mention.end - mention.start == 1:
        weight *= _DOUBTFUL
    return weight * mention.factor


def _state_factor(mention: Mention, option: Option, evidence: Evidence, plea: Plea, certain: bool) -> float:
    """How well an option's state goes with the one beside the name, and those that text, handles and scope name."""
    if option.state in evidence.not_states:
        return _RULED_OUT_FACTOR
    if mention.state is not None:
        return _BESIDE_FACTOR if option.state == mention.state else _NOT_BESIDE_FACTOR
    if evidence.states:
        # Workers from UP and Bihar in Surat: a name that means one district alone stands against another state.
        other = _SURE_FACTOR if certain and len(mention.options) == 1 else _OTHER_STATE_FACTOR
        return _NAMED_STATE_FACTOR if option.state in evidence.states else other
    factor = 1.0
    if plea.scope_state is not None and option.state == plea.scope_state:
        factor = _STATE_SCOPE_FACTOR
    if option.state in evidence.handle_states:
        factor = max(factor, _HANDLE_STATE_FACTOR)
    return factor
