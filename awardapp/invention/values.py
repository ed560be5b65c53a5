"""What an invented cycle consists of: frozen values without behaviour of their own beyond small questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from awardapp.invention.pictures import draw_content


class Course(StrEnum):
    """What happens to a submission between the call and the validity check."""

    PLAIN = "plain"  # submitted in time, accepted as valid
    WITHDRAWN = "withdrawn"  # submitted in time, then withdrawn by the city
    LATE = "late"  # the city tries to submit after the deadline and is refused
    RETURNED = "returned"  # submitted, returned for changes, corrected, submitted again, accepted as valid
    NOT_VALID = "not_valid"  # submitted in time, rejected with a reason

    @property
    def ends_valid(self) -> bool:
        return self in (Course.PLAIN, Course.RETURNED)


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and Chinese."""

    en: str
    zh: str

    def of(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person. `name_zh` only where the name is written in Chinese characters; `language` for
    letters.
    """

    name: str
    name_zh: str | None
    email: str
    country: str
    language: str


@dataclass(frozen=True, slots=True)
class InventedCity:
    """A real city with invented figures where the gazetteer has none.

    `data` is the form's city data block as numbers in the form's units (people, % a year, km², people/km²,
    US$, Gini 0 to 100) under the form's keys; `prosperity` is its free text. Where `unit_error` is true the
    area is in hectares, the density in thousands and the GDP in thousands, as happened to a real submission
    of the 5th; `true_data` is what the city corrects it to.
    """

    key: str
    name: Text
    country: str
    latitude: float
    longitude: float
    time_zone: str
    delegate: Person
    delegate_post: Text
    data: dict[str, float | int]
    true_data: dict[str, float | int]
    prosperity: Text
    unit_error: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a submission. The bytes are drawn only when asked for, the same each time."""

    name: str
    media_type: str
    caption: Text
    recipe: tuple[str, ...]

    def content(self) -> bytes:
        """The bytes of the file: PNG, JPEG or PDF as `media_type` says."""
        return draw_content(self.media_type, self.recipe)


@dataclass(frozen=True, slots=True)
class InventedSubmission:
    """One submission of an invented cycle. `number` counts from 1.

    `sections` holds the narrative by section key. `quality` is the true height of the initiative on the scale
    0 to 10, known to nobody in the award; `strengths` shifts it by criterion. `before_deadline` is how long
    before the deadline the city submits (negative: too late). `reason` is a key of the validity check's list.
    """

    number: int
    city: InventedCity
    kind: str
    title: Text
    summary: Text
    sections: dict[str, Text]
    district: Text
    theme: str
    other_themes: tuple[str, ...]
    sdgs: tuple[int, ...]
    innovation_kinds: tuple[str, ...]
    innovation_type: str
    started_year: int
    finished_year: int | None
    applicant: Person
    applicant_post: Text
    attachments: tuple[Attachment, ...]
    course: Course
    reason: str | None
    note: Text | None
    before_deadline: timedelta
    quality: float
    strengths: dict[str, float]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of interest that a member or juror declares, with a kind of the award's list."""

    city_key: str
    kind: str
    note: Text


@dataclass(frozen=True, slots=True)
class InventedMember:
    """A member of the technical committee, with a hand of their own.

    `severity` is added to every mark (negative: severe), `spread` stretches differences around the middle of
    the scale (1: as they are), `noise` is the standard deviation of a mark, all in marks.
    """

    number: int
    person: Person
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    severity: float
    spread: float
    noise: float
    conflicts: tuple[Conflict, ...]
    is_chair: bool


@dataclass(frozen=True, slots=True)
class InventedJuror:
    """A juror: ranks by true quality, a taste for some themes and noise (standard deviation in marks)."""

    number: int
    person: Person
    favours: tuple[str, ...]
    noise: float
    conflicts: tuple[Conflict, ...]
    is_chair: bool


@dataclass(frozen=True, slots=True)
class InventedCycle:
    """A whole invented cycle. `year` is the year in which the call closes.

    `twins` are the numbers of two valid submissions of one theme, from countries without a member and free of
    conflicts, to which every member gives the same marks: given to the same panel they tie exactly (see
    `place_tie`, which brings them to the line). None in a cycle of fewer than 20 submissions.
    """

    seed: int
    year: int
    cities: tuple[InventedCity, ...]
    submissions: tuple[InventedSubmission, ...]
    members: tuple[InventedMember, ...]
    jurors: tuple[InventedJuror, ...]
    twins: tuple[int, int] | None

    def submission(self, number: int) -> InventedSubmission:
        """The submission of that number. Raises IndexError outside 1 to the number of submissions."""
        if number < 1:
            raise IndexError(number)
        return self.submissions[number - 1]

    def valid(self) -> tuple[InventedSubmission, ...]:
        """The submissions that reach the committee if everything goes as invented."""
        return tuple(one for one in self.submissions if one.course.ends_valid)
