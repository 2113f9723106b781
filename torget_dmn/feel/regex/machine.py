"""A matcher whose time grows with the text and the pattern, never faster, whatever the pattern.

Python's own matcher tries alternatives one after another and can take exponential time; this one follows all of
them at once (the method of Thompson and Pike). It is slower on easy patterns, so it is used for the others only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from torget_dmn.errors import LimitExceededError
from torget_dmn.feel.regex.syntax import (
    Anchor,
    BackReference,
    Character,
    Choice,
    Group,
    Part,
    PatternError,
    Repeat,
    Sequence,
)
from torget_dmn.words import say

_PROGRAM_LENGTH_MAX = 5000
STEPS_MAX = 2_000_000
CHARACTER, SPLIT, JUMP, SAVE, ANCHOR, MATCH = range(6)
# The places where groups start and end; -1 for a group that took no part.
Captures = tuple[int, ...]


@dataclass(slots=True)
class Step:
    """An instruction: what to do, and where to go on."""

    kind: int
    first: int = 0
    second: int = 0
    accepts: re.Pattern[str] | None = None
    known: dict[str, bool] | None = None


class Machine:
    """A pattern compiled to steps."""

    def __init__(self, part: Part, groups: int, options: int) -> None:
        self._options = options
        self._multiline = bool(options & re.MULTILINE)
        self._steps: list[Step] = []
        self._slots = 2 * (groups + 1)
        self._write(part)
        self._add(Step(MATCH))
        self.steps_taken = 0

    def _add(self, step: Step) -> int:
        if len(self._steps) >= _PROGRAM_LENGTH_MAX:
            raise PatternError
        self._steps.append(step)
        return len(self._steps) - 1

    def _write(self, part: Part) -> None:
        if isinstance(part, Character):
            self._add(Step(CHARACTER, accepts=re.compile(part.text, self._options), known={}))
        elif isinstance(part, Anchor):
            self._add(Step(ANCHOR, first=int(part.at_start)))
        elif isinstance(part, Sequence):
            for one in part.parts:
                self._write(one)
        elif isinstance(part, Group):
            self._write_group(part)
        elif isinstance(part, Choice):
            self._write_choice(part)
        elif isinstance(part, Repeat):
            self._write_repeat(part)
        elif isinstance(part, BackReference):
            # What a group matched cannot be followed in all branches at once.
            raise PatternError

    def _write_group(self, part: Group) -> None:
        if part.number is not None:
            self._add(Step(SAVE, first=2 * part.number))
        self._write(part.part)
        if part.number is not None:
            self._add(Step(SAVE, first=2 * part.number + 1))

    def _write_choice(self, part: Choice) -> None:
        ends: list[int] = []
        for option in part.options[:-1]:
            split = self._add(Step(SPLIT))
            self._steps[split].first = split + 1
            self._write(option)
            ends.append(self._add(Step(JUMP)))
            self._steps[split].second = len(self._steps)
        self._write(part.options[-1])
        for end in ends:
            self._steps[end].first = len(self._steps)

    def _write_repeat(self, part: Repeat) -> None:
        for _ in range(part.low):
            self._write(part.part)
        if part.high is None:
            split = self._add(Step(SPLIT))
            self._write(part.part)
            self._add(Step(JUMP, first=split))
            self._aim(split, len(self._steps), greedy=part.greedy)
            return
        splits: list[int] = []
        for _ in range(part.high - part.low):
            splits.append(self._add(Step(SPLIT)))
            self._write(part.part)
        for split in splits:
            self._aim(split, len(self._steps), greedy=part.greedy)

    def _aim(self, split: int, end: int, *, greedy: bool) -> None:
        step = self._steps[split]
        step.first, step.second = (split + 1, end) if greedy else (end, split + 1)

    def search(self, text: str, start: int) -> Captures | None:
        """Return the groups of the first match at or after a place."""
        threads: list[tuple[int, Captures]] = []
        found: Captures | None = None
        blank = (-1,) * self._slots
        for place in range(start, len(text) + 1):
            seen: set[int] = set()
            following: list[tuple[int, Captures]] = []
            for thread in threads:
                self._follow(thread, (text, place), seen, following)
            if found is None:
                self._follow((0, (place, *blank[1:])), (text, place), seen, following)
            threads = []
            self._spend(len(following) + 1)
            for step, captures in following:
                instruction = self._steps[step]
                if instruction.kind == MATCH:
                    found = (captures[0], place, *captures[2:])
                    break
                if place < len(text) and _accepts(instruction, text[place]):
                    threads.append((step + 1, captures))
            if found is not None and not threads:
                break
        return found

    def _spend(self, steps: int) -> None:
        self.steps_taken += steps
        if self.steps_taken > STEPS_MAX:
            raise LimitExceededError(say("a regular expression takes too many steps on this text"))

    def _follow(
        self, thread: tuple[int, Captures], spot: tuple[str, int], seen: set[int], out: list[tuple[int, Captures]]
    ) -> None:
        """Go along everything that takes no character, in order of preference."""
        waiting = [thread]
        text, place = spot
        while waiting:
            current, saved = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            instruction = self._steps[current]
            if instruction.kind == JUMP:
                waiting.append((instruction.first, saved))
            elif instruction.kind == SPLIT:
                waiting += [(instruction.second, saved), (instruction.first, saved)]
            elif instruction.kind == SAVE:
                slot = instruction.first
                waiting.append((current + 1, (*saved[:slot], place, *saved[slot + 1 :])))
            elif instruction.kind == ANCHOR:
                if self._holds(text, place, at_start=bool(instruction.first)):
                    waiting.append((current + 1, saved))
            else:
                out.append((current, saved))
        self._spend(1)

    def _holds(self, text: str, place: int, *, at_start: bool) -> bool:
        if at_start:
            return place == 0 or (self._multiline and text[place - 1] == "\n")
        return place == len(text) or (self._multiline and text[place] == "\n")


def _accepts(step: Step, character: str) -> bool:
    known = step.known
    if known is None or step.accepts is None:
        return False
    answer = known.get(character)
    if answer is None:
        answer = known[character] = step.accepts.fullmatch(character) is not None
    return answer
