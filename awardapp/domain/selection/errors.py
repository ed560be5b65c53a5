"""What goes wrong in the selection, said once in plain English with the ids concerned.

The selection is re-run by outsiders from a record alone, so its errors know nothing of the interface's
languages: a service that shows one to a person turns `code` and `params` into its own sentence.
"""

from __future__ import annotations

from collections.abc import Iterable


class SelectionError(ValueError):
    """A sentence for people, a stable `code` for programs and `params` with the ids behind the sentence."""

    def __init__(self, code: str, sentence: str, **params: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.params = params


class BadInput(SelectionError):
    """An input that cannot be used as it is: a duplicate, an unknown id, a score out of range, an impossible
    number."""


class InfeasibleAssignment(SelectionError):
    """No assignment keeps the rules; `params` names the blocking submissions and members."""


class ImpossibleRules(SelectionError):
    """Group rules that no shortlist can keep; `params["rules"]` names the clashing ones."""


def listed(ids: Iterable[object], most: int = 8) -> str:
    """The ids in a sentence: "S001, S002 and 5 more"; nothing is hidden, `params` carries them all."""
    names = [str(one) for one in ids]
    if len(names) <= most:
        return ", ".join(names)
    return ", ".join(names[:most]) + f" and {len(names) - most} more"
