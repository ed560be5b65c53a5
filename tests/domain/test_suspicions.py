"""What makes a tie between a judge and a city likely."""

from __future__ import annotations

import pytest

from awardapp.domain.suspicions import (
    Entry,
    Ground,
    Judge,
    Link,
    LinkKind,
    Place,
    Suspicion,
    by_city,
    find,
    names_city,
    same_person,
)

GUANGZHOU = Place(1, "CN", "Guangzhou", "广州市")
FUKUOKA = Place(2, "JP", "Fukuoka", "福冈")
BARCELONA = Place(3, "ES", "Barcelona", "巴塞罗那")
LYON = Place(4, "FR", "Lyon", "里昂")
LINKS = by_city(
    [
        (1, Link(LinkKind.SISTER_CITY, 2, None)),
        (3, Link(LinkKind.NETWORK, None, "Eurocities")),
        (4, Link(LinkKind.NETWORK, None, "Eurocities")),
    ]
)


def grounds(judge: Judge, *places: Place, named: tuple[str, ...] = (), bars: bool = True) -> list[Suspicion]:
    return find(judge, Entry(1, places, named), links=LINKS, bars_own_country=bars)


def test_the_own_city_and_a_partner_city_are_ties() -> None:
    judge = Judge(city=BARCELONA)
    assert grounds(judge, BARCELONA) == [Suspicion(Ground.OWN_CITY, "Barcelona")]
    assert grounds(judge, GUANGZHOU, BARCELONA) == [Suspicion(Ground.OWN_CITY, "Barcelona")]
    assert grounds(judge, GUANGZHOU) == []


def test_the_own_country_is_asked_about_only_where_the_rules_do_not_bar_it() -> None:
    judge = Judge(country="ES")
    assert grounds(judge, BARCELONA) == []
    assert grounds(judge, BARCELONA, bars=False) == [Suspicion(Ground.OWN_COUNTRY, "ES")]


def test_sister_cities_are_found_from_either_side() -> None:
    assert grounds(Judge(city=FUKUOKA), GUANGZHOU) == [Suspicion(Ground.CITY_LINK, "Guangzhou")]
    assert grounds(Judge(city=GUANGZHOU), FUKUOKA) == [Suspicion(Ground.CITY_LINK, "Fukuoka")]


def test_a_shared_network_is_a_tie_named_once() -> None:
    assert grounds(Judge(city=LYON), BARCELONA) == [Suspicion(Ground.CITY_LINK, "Eurocities")]
    assert grounds(Judge(city=LYON), GUANGZHOU) == []


@pytest.mark.parametrize(
    ("organisation", "place", "holds"),
    [
        ("City of Guangzhou, Planning Bureau", GUANGZHOU, True),
        ("广州大学", GUANGZHOU, True),
        ("GUANGZHOU University", GUANGZHOU, True),
        ("Guangzhounese Studies", GUANGZHOU, False),
        ("Université de Lyon", LYON, True),
        ("Universidad de Medellín", Place(5, "CO", "Medellin"), True),
        ("Bo Research", Place(6, "SL", "Bo", "博"), False),
        ("Municipality of Bologna", Place(7, "ES", "Municipality of Bilbao"), False),
        ("Government of Quebec", Place(8, "CA", "Quebec City"), True),
        ("", LYON, False),
    ],
)
def test_an_employer_whose_name_holds_the_citys(organisation: str, place: Place, holds: bool) -> None:
    assert names_city(organisation, place) is holds


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana María Silva", "SILVA, Ana Maria", True),
        ("Dr. Chen Wei", "Wei Chen", True),
        ("陈伟", "陈伟", True),
        ("Ana Silva", "Ana Maria Silva", False),
        ("Dr.", "Prof.", False),
    ],
)
def test_a_name_is_the_same_in_any_order(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


def test_several_grounds_stand_beside_each_other_in_order() -> None:
    judge = Judge("Ana Silva", "ES", BARCELONA, "Ajuntament de Barcelona")
    found = grounds(judge, BARCELONA, named=("Ana Silva",), bars=False)
    assert [one.ground for one in found] == [
        Ground.OWN_CITY, Ground.OWN_COUNTRY, Ground.EMPLOYER, Ground.NAMED_BY_CITY,
    ]  # fmt: skip
