"""Puts the texts of a submission together: draws its numbers, fills them into sentences of both languages.

A number is drawn once and written in each language's own way, so the languages cannot disagree: 12,400 in
English is 1.24万 in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from awardapp.invention.library import Frame, Kind, frames
from awardapp.invention.values import Text

# Numbers above this speak of people, homes or money and must not outgrow a small city.
_LARGE = 3_000
_YEARS = frozenset({"year", "survey_year", "decided_year", "next_year", "now"})


def english_number(number: int) -> str:
    """A number as English prints it, with thousands parted."""
    return f"{number:,}"


def chinese_number(number: int) -> str:
    """A number as Chinese prints it: from ten thousand on in 万 where two decimals are enough."""
    if number >= 10_000 and number % 100 == 0:
        return f"{number / 10_000:.2f}".rstrip("0").rstrip(".") + "万"
    return str(number)


def draw_numbers(kind: Kind, *, population: int, year: int, random: Random) -> dict[str, int]:
    """The numbers of one initiative: the kind's own, those of its ratios, and the common ones.

    `population` caps large numbers at an eighth of the city; `year` is the year in which the call closes.
    """
    numbers: dict[str, int] = {"population": _stepped(population, 1_000 if population > 100_000 else 100)}
    for name, (low, high, step) in kind.numbers.items():
        highest = high if high <= _LARGE else max(step, min(high, population // 8))
        numbers[name] = _stepped(random.uniform(min(low, highest), highest), step)
    for name, (of, least, most, step) in kind.ratios.items():
        value = numbers[of] * random.uniform(least, most)
        if value > _LARGE and of != "population":
            value = min(value, population / 4)
        numbers[name] = _stepped(value, step)
    start = year - random.randint(2, 6)
    budget = _stepped(random.lognormvariate(14.2, 0.8), 10_000)
    return numbers | {
        "year": start,
        "decided_year": start - 1,
        "survey_year": start - 2,
        "next_year": year + random.randint(2, 4),
        "now": year - 1,
        "surveyed": _stepped(random.uniform(400, 3_600), 20),
        "meetings": random.randint(6, 38),
        "budget": budget,
        "unit_cost": _stepped(budget * random.uniform(0.02, 0.09), 1_000),
        "city_share": random.randint(8, 18) * 5,
        "staff": random.randint(7, 64),
        "months": numbers.get("months", random.randint(5, 18)),
        "women": random.randint(51, 68),
        "visits": random.randint(9, 46),
        "adopters": random.randint(2, 8),
    }


def fill(text: Text, *, numbers: Mapping[str, int], names: Mapping[str, Text]) -> Text:
    """A sentence of the library with its numbers and names filled in, in both languages."""
    english = {name: _written(name, number, english_number) for name, number in numbers.items()}
    chinese = {name: _written(name, number, chinese_number) for name, number in numbers.items()}
    for name, words in names.items():
        english[name], chinese[name] = words.en, words.zh
    return Text(en=text.en.format_map(english), zh=text.zh.format_map(chinese))


def tell(kind: Kind, *, numbers: Mapping[str, int], names: Mapping[str, Text], random: Random) -> dict[str, Text]:
    """The summary and every narrative section, by section key, in the form's order."""
    partners = fill(kind.sentences["partners"], numbers=numbers, names=names)
    spoken = dict(names) | {"partners": partners}
    return {key: _section(frame, kind, numbers, spoken, random) for key, frame in frames().items()}


def _section(frame: Frame, kind: Kind, numbers: Mapping[str, int], names: Mapping[str, Text], random: Random) -> Text:
    chosen = [
        kind.sentences[part[1:]] if part.startswith("@") else random.choice(frame.variants[part])
        for part in frame.order
    ]
    filled = [fill(sentence, numbers=numbers, names=names) for sentence in chosen]
    return Text(en=" ".join(_capital(one.en) for one in filled), zh="".join(one.zh for one in filled))


def _written(name: str, number: int, write: Callable[[int], str]) -> str:
    return str(number) if name in _YEARS else write(number)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _stepped(number: float, step: int) -> int:
    return max(step, round(number / step) * step)
