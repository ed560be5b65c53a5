"""What makes a tie between a judge and a city likely, found from what is known of both.

A suspicion bars nobody for good: while it is open the file is not given to the member, and the chair confirms or dismisses
it with a reason. The certain ties are not looked for here: the own country, where the rules bar it, advice given in this
cycle and acting for a city now bar by themselves (see queries/assessments.ties_of).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.errors import N_


class Ground(StrEnum):
    """Why a tie is suspected."""

    OWN_CITY = "own_city"
    DELEGATE = "delegate"
    OWN_COUNTRY = "own_country"
    EMPLOYER = "employer"
    CITY_LINK = "city_link"
    NAMED_BY_CITY = "named_by_city"


GROUND_NAMES: dict[Ground, str] = {
    Ground.OWN_CITY: N_("Lives or works in the city"),
    Ground.DELEGATE: N_("Acted for the city as its delegate"),
    Ground.OWN_COUNTRY: N_("Comes from the city's country or region"),
    Ground.EMPLOYER: N_("The employer's name holds the city's name"),
    Ground.CITY_LINK: N_("The own city is linked with the city"),
    Ground.NAMED_BY_CITY: N_("Named by the city"),
}

# What a confirmed suspicion is written down as.
KINDS: dict[Ground, ConflictKind] = {
    Ground.OWN_CITY: ConflictKind.NATIONALITY,
    Ground.DELEGATE: ConflictKind.EMPLOYMENT,
    Ground.OWN_COUNTRY: ConflictKind.NATIONALITY,
    Ground.EMPLOYER: ConflictKind.EMPLOYMENT,
    Ground.CITY_LINK: ConflictKind.OTHER,
    Ground.NAMED_BY_CITY: ConflictKind.OTHER,
}

_SHORTEST = 4  # letters; shorter names of cities stand in too many other words ("Bo", "Ica")
# Words of administrative names that say nothing about which place is meant.
_COMMON = re.compile(
    r"\b(city|municipality|metropolitan|district|province|region|county|department|government|of|the|de|del|la)\b"
)
_CHINESE_COMMON = re.compile("(特别行政区|自治区|自治州|人民政府|[省市区县州盟镇])$")


class LinkKind(StrEnum):
    """How two cities are linked."""

    SISTER_CITY = "sister_city"
    NETWORK = "network"
    ALLIANCE = "alliance"


LINK_KIND_NAMES: dict[LinkKind, str] = {
    LinkKind.SISTER_CITY: N_("Sister city"),
    LinkKind.NETWORK: N_("Network"),
    LinkKind.ALLIANCE: N_("Alliance"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A city as suspicions look at it."""

    id: int
    country: str
    name_en: str
    name_zh: str | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A member, a juror, or somebody who might be invited. Empty where nothing is known."""

    name: str = ""
    country: str | None = None
    city: Place | None = None
    organisation: str = ""
    acted_for: frozenset[int] = frozenset()  # cities whose delegate this person was once


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission: its city and partner cities, and whom its city asked not to judge it."""

    id: int
    places: tuple[Place, ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A tie of a city: to another city, or to a network or alliance by name."""

    kind: LinkKind
    other_city_id: int | None
    network: str | None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One ground, with the words found: the city or the network, the employer, the name."""

    ground: Ground
    words: str


def find(
    judge: Judge, entry: Entry, *, links: Mapping[int, Collection[Link]], bars_own_country: bool
) -> list[Suspicion]:
    """Every ground on which this person may be tied to this submission, in the order of `Ground`.

    `links` holds the links of every city by its id, each pair at both cities.
    """
    found = []
    own = judge.city
    if own is not None and any(place.id == own.id for place in entry.places):
        found.append(Suspicion(Ground.OWN_CITY, own.name_en))
    acted = [place.name_en for place in entry.places if place.id in judge.acted_for]
    if acted:
        found.append(Suspicion(Ground.DELEGATE, "; ".join(acted)))
    if not bars_own_country and judge.country and any(place.country == judge.country for place in entry.places):
        found.append(Suspicion(Ground.OWN_COUNTRY, judge.country))
    if judge.organisation and any(names_city(judge.organisation, place) for place in entry.places):
        found.append(Suspicion(Ground.EMPLOYER, judge.organisation))
    if own is not None:
        shared = [words for place in entry.places for words in linked(own, place, links)]
        if shared:
            found.append(Suspicion(Ground.CITY_LINK, "; ".join(dict.fromkeys(shared))))
    if judge.name and any(same_person(judge.name, name) for name in entry.named):
        found.append(Suspicion(Ground.NAMED_BY_CITY, judge.name))
    return found


def linked(one: Place, other: Place, links: Mapping[int, Collection[Link]]) -> list[str]:
    """How two different cities are linked: the other city's name for a direct link, the names of shared networks."""
    if one.id == other.id:
        return []
    own, theirs = links.get(one.id, ()), links.get(other.id, ())
    direct = [other.name_en for link in own if link.other_city_id == other.id]
    networks = {link.network for link in theirs if link.network is not None}
    return direct + sorted({link.network for link in own if link.network is not None} & networks)


def folded(text: str) -> str:
    """Lower case without accents, every run of anything but letters and digits one space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def names_city(organisation: str, place: Place) -> bool:
    """Whether the name of an organisation holds the city's, as whole words in English or as characters in Chinese."""
    name = " ".join(_COMMON.sub(" ", folded(place.name_en)).split())
    if len(name) >= _SHORTEST and f" {name} " in f" {folded(organisation)} ":
        return True
    chinese = _CHINESE_COMMON.sub("", place.name_zh or "")
    return len(chinese) > 1 and chinese in organisation


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same words in any order, accents and titles with a full stop aside."""
    return _words(one) == _words(other) != frozenset()


def _words(name: str) -> frozenset[str]:
    without_titles = re.sub(r"\b(Prof|Dr|Mr|Mrs|Ms|Mx|Ing|Arch)\.", " ", name, flags=re.IGNORECASE)
    return frozenset(folded(without_titles).split())


def by_city(links: Iterable[tuple[int, Link]]) -> dict[int, list[Link]]:
    """Links grouped by city, a pair standing at both of its cities."""
    found: dict[int, list[Link]] = {}
    for city_id, link in links:
        found.setdefault(city_id, []).append(link)
        if link.other_city_id is not None:
            found.setdefault(link.other_city_id, []).append(Link(link.kind, city_id, None))
    return found


def count_by_ground(found: Sequence[Suspicion]) -> dict[Ground, int]:
    """How many suspicions rest on each ground, grounds without any left out."""
    return {ground: n for ground in Ground if (n := sum(1 for one in found if one.ground is ground))}
