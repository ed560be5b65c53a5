"""Countries, regions and cities: named in both languages, in the award's way, found by any spelling."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from awardapp import places


def test_every_country_has_both_names_and_one_region() -> None:
    countries = places.countries()
    keys = {region.key for region in places.regions()}
    assert len(countries) > 240
    assert [country.code for country in countries.values() if not country.name_en or not country.name_zh] == []
    assert {country.region for country in countries.values()} == keys
    listed = [code for region in places._table()["regions"] for code in region["countries"].split()]
    assert len(listed) == len(set(listed)) == len(countries)


def test_names_follow_the_awards_usage_before_babels() -> None:
    assert places.country_name("CO", "zh") == "哥伦比亚"
    assert places.country_name("tw", "zh") == "台湾地区"
    assert places.country_name("HK", "zh") == "中国香港"
    assert places.country_name("KR", "en") == "South Korea"


def test_an_organiser_can_lay_own_labels_over_the_names() -> None:
    labels = {"KR": {"en": "Republic of Korea"}}
    assert places.country_name("KR", "en", labels) == "Republic of Korea"
    assert places.country_name("KR", "zh", labels) == "韩国"
    assert places.countries(labels)["KR"].name_en == "Republic of Korea"
    assert places.countries()["KR"].name_en == "South Korea"
    with pytest.raises(places.UnknownPlace):
        places.countries({"QQ": {"en": "Nowhere"}})


def test_an_unknown_code_or_city_is_refused() -> None:
    with pytest.raises(places.UnknownPlace):
        places.country("QQ")
    with pytest.raises(places.UnknownPlace):
        places.find_city("Atlantis", "GR")


def test_cities_are_unique_sorted_by_size_and_have_real_time_zones() -> None:
    cities = places.cities()
    assert len(cities) > 30_000
    assert len({city.geoname_id for city in cities}) == len(cities)
    assert [city.population for city in cities[:500]] == sorted(
        (city.population for city in cities[:500]), reverse=True
    )
    assert {city.time_zone for city in cities} <= available_timezones()
    assert {city.country for city in cities} <= set(places.countries())
    assert places.cities() is cities


@pytest.mark.parametrize(
    ("name", "country", "chinese"),
    [
        ("Vienna", "AT", "维也纳"),  # the gazetteer has it in traditional characters only
        ("Auckland", "NZ", "奥克兰"),  # there only the metropolitan district is named
        ("bogota", "CO", "波哥大"),
        ("Hiroshima", "JP", "广岛"),
        ("Xianning", "CN", "咸宁"),
        ("Jakarta", "ID", "雅加达"),
        ("Lodz", "PL", "罗兹"),
    ],
)
def test_a_city_is_found_by_any_spelling_with_its_simplified_chinese_name(
    name: str, country: str, chinese: str
) -> None:
    assert places.find_city(name, country).name_zh == chinese


def test_every_own_chinese_name_belongs_to_a_city_of_the_gazetteer() -> None:
    known = {(city.country, city.name) for city in places.cities()}
    assert sorted(set(places._own_chinese_names()) - known) == []
