"""Invents a whole cycle from a seed: cities, submissions, what becomes of them, committee and jury."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

from awardapp import places
from awardapp.invention import library
from awardapp.invention.draws import draws
from awardapp.invention.files import attachments
from awardapp.invention.panel import choose_jurors, choose_members, draw_conflicts
from awardapp.invention.telling import draw_numbers, fill, tell
from awardapp.invention.values import (
    Course,
    InventedCity,
    InventedCycle,
    InventedMember,
    InventedSubmission,
    Text,
)
from awardapp.invention.world import People, choose_cities

# Below this number of submissions nothing goes wrong and there is no tie: every file is needed for the
# shortlist.
_ENOUGH = 20
_MOST_OF_ONE_CITY = 3
_NOT_VALID = 0.04


def invent(
    submissions: int = 274, members: int = 11, jurors: int = 7, seed: int = 7, *, year: int = 2026
) -> InventedCycle:
    """Invent a cycle of that size. The same arguments give the same cycle on every machine.

    `year` is the year in which the call closes; all years in the texts lie around it. Of 20 submissions or
    more one is withdrawn, one late, one returned and corrected, and about four in a hundred (at least one)
    are not valid, each for another reason of the award's list. Raises ValueError for a negative number or for
    no submission.
    """
    if submissions < 1 or members < 0 or jurors < 0:
        raise ValueError("a cycle needs at least one submission and no negative number of judges")
    random = draws(seed)
    people = People(random)
    cities = choose_cities(submissions, random=random, people=people)
    written = _write(_owners(cities, submissions, random), year=year, random=random, people=people)
    written = _run_courses(written, random)
    panel = choose_members(members, people=people, random=random)
    written, twins = _pick_twins(written, {member.person.country for member in panel})
    spared = {written[number - 1].city.key for number in twins or ()}
    return InventedCycle(
        seed=seed,
        year=year,
        cities=tuple(cities),
        submissions=tuple(written),
        members=_with_conflicts(panel, cities, spared, random),
        jurors=choose_jurors(jurors, cities=cities, people=people, random=random),
        twins=twins,
    )


def _owners(cities: list[InventedCity], submissions: int, random: Random) -> list[InventedCity]:
    """A city for each submission: every city once, some twice, a few three times, in mixed order."""
    owners = list(cities)[:submissions]
    count = Counter(city.key for city in owners)
    while len(owners) < submissions:
        city = random.choice(cities)
        if count[city.key] < _MOST_OF_ONE_CITY or len(owners) >= _MOST_OF_ONE_CITY * len(cities):
            count[city.key] += 1
            owners.append(city)
    random.shuffle(owners)
    return owners


def _write(owners: list[InventedCity], *, year: int, random: Random, people: People) -> list[InventedSubmission]:
    kinds = library.kinds()
    districts = library.pairs(library.telling()["districts"]["names"])
    titles: set[str] = set()
    used: dict[str, set[str]] = {}
    order: list[int] = []
    written = []
    for number, city in enumerate(owners, start=1):
        # Kinds are dealt like cards, so that all of them appear; a city does not send the same kind twice.
        if not order:
            order = random.sample(range(len(kinds)), k=len(kinds))
        kind = _deal(order, city, used.setdefault(city.key, set()))
        district = random.choice(districts)
        numbers = draw_numbers(kind, population=int(city.data["population"]), year=year, random=random)
        names = {"city": city.name, "district": district}
        title = _title(kind, numbers, names, titles, random)
        texts = tell(kind, numbers=numbers, names=names, random=random)
        second = len(used[city.key]) > 1
        themes = [theme for theme in dict.fromkeys(one.theme for one in kinds) if theme != kind.theme]
        written.append(
            InventedSubmission(
                number=number,
                city=city,
                kind=kind.key,
                title=title,
                summary=texts.pop("summary"),
                sections=texts,
                district=district,
                theme=kind.theme,
                other_themes=tuple(random.sample(themes, k=random.choice((0, 0, 1)))),
                sdgs=kind.sdgs,
                innovation_kinds=kind.innovation_kinds,
                innovation_type="revolutionary" if random.random() < 0.22 else "evolutionary",
                started_year=numbers["year"],
                finished_year=year - 1 if random.random() < 0.2 else None,
                applicant=people.person(city.country, city.delegate.email.split("@")[1].removesuffix(".example"))
                if second and random.random() < 0.5
                else city.delegate,
                applicant_post=city.delegate_post if not second else random.choice(library.posts()),
                attachments=attachments(
                    kind, city=city, district=district, numbers=numbers, number=number, random=random
                ),
                course=Course.PLAIN,
                reason=None,
                note=None,
                before_deadline=timedelta(seconds=round(random.expovariate(1 / (9 * 86_400))) + 60),
                quality=round(min(9.6, max(1.2, random.gauss(5.6, 1.3))), 3),
                strengths={criterion: round(random.gauss(0.0, 0.6), 3) for criterion in library.remarks()},
            )
        )
    return written


def _deal(order: list[int], city: InventedCity, used: set[str]) -> library.Kind:
    """The next kind that suits the city and is new from it; taken off `order` and noted in `used`."""
    kinds = library.kinds()
    region = places.country(city.country).region
    suiting = [
        place
        for place, kind in enumerate(kinds)
        if kind.suits(country=city.country, region=region, latitude=city.latitude)
    ]
    fresh = [place for place in suiting if kinds[place].key not in used] or suiting
    place = next((one for one in order if one in fresh), fresh[len(used) % len(fresh)])
    if place in order:
        order.remove(place)
    used.add(kinds[place].key)
    return kinds[place]


def _title(
    kind: library.Kind, numbers: dict[str, int], names: dict[str, Text], taken: set[str], random: Random
) -> Text:
    """A title that no other submission has in either language; the city is added where the words alone are
    taken.
    """
    choices = [fill(title, numbers=numbers, names=names) for title in kind.titles]
    random.shuffle(choices)
    city, district = names["city"], names["district"]
    choices += [Text(f"{one.en} – {city.en}", f"{one.zh}——{city.zh}") for one in choices]
    choices += [Text(f"{one.en}, {district.en}", f"{one.zh}（{district.zh}）") for one in choices]
    choices += [Text(f"{one.en} ({numbers['year']})", f"{one.zh}（{numbers['year']}）") for one in choices]
    for title in choices:
        if title.en not in taken and title.zh not in taken:
            taken |= {title.en, title.zh}
            return title
    count = len(taken)
    title = Text(f"{choices[0].en} No. {count}", f"{choices[0].zh} 第{count}号")
    taken |= {title.en, title.zh}
    return title


def _run_courses(written: list[InventedSubmission], random: Random) -> list[InventedSubmission]:
    """Decide what becomes of each: one withdrawn, one late, one returned, some not valid, the rest plain."""
    if len(written) < _ENOUGH:
        return written
    telling = library.telling()
    reasons = list(telling["not_valid"])
    rejected = max(1, round(len(written) * _NOT_VALID))
    slip = next((one.number for one in written if one.city.unit_error), None)
    free = [one.number for one in written if one.number != slip]
    random.shuffle(free)
    # The file with the mixed-up units is the one that is returned.
    fate: dict[int, tuple[Course, str | None, Text | None]] = {
        slip or free.pop(): (Course.RETURNED, None, library.pair(telling["returned"]["texts"][0])),
        free.pop(): (Course.WITHDRAWN, None, None),
        free.pop(): (Course.LATE, None, None),
    }
    for place in range(rejected):
        reason = reasons[place % len(reasons)]
        fate[free.pop()] = (Course.NOT_VALID, reason, library.pair(telling["not_valid"][reason]))
    done = []
    for one in written:
        course, reason, note = fate.get(one.number, (Course.PLAIN, None, None))
        early = one.before_deadline
        if course is Course.LATE:
            early = timedelta(seconds=-random.randint(30, 5_400))
        done.append(replace(one, course=course, reason=reason, note=note, before_deadline=early))
    return done


def _pick_twins(
    written: list[InventedSubmission], barred: set[str]
) -> tuple[list[InventedSubmission], tuple[int, int] | None]:
    """Two files at about the fifteenth place that no member's country bars; the second takes the first's
    heights.
    """
    if len(written) < _ENOUGH:
        return written, None
    ranked = sorted((one for one in written if one.course is Course.PLAIN), key=lambda one: (-one.quality, one.number))
    free = [one for one in ranked[8:40] if one.city.country not in barred]
    for place, first in enumerate(free):
        for second in free[place + 1 :]:
            if first.theme == second.theme and first.city.country != second.city.country:
                line = ranked[min(14, len(ranked) - 1)].quality
                changed = list(written)
                for one in (first, second):
                    changed[one.number - 1] = replace(one, quality=line, strengths=dict(first.strengths))
                return changed, (min(first.number, second.number), max(first.number, second.number))
    return written, None


def _with_conflicts(
    panel: list[InventedMember], cities: list[InventedCity], spared: set[str], random: Random
) -> tuple[InventedMember, ...]:
    """About half of the members declare a conflict or two, never with their own country, which is barred
    anyway.
    """
    from_panel = []
    for member in panel:
        away = [city for city in cities if city.key not in spared and city.country != member.person.country]
        count = random.choice((0, 1, 1, 2)) if member.number % 2 else 0
        from_panel.append(replace(member, conflicts=draw_conflicts(away, count, random)))
    return tuple(from_panel)
