"""Tokens, read on demand: which characters make a name depends on the names in scope."""

from __future__ import annotations

import re
from dataclasses import dataclass

from torget_dmn.errors import FeelSyntaxError
from torget_dmn.feel.characters import SPACE, WORD
from torget_dmn.words import say

_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SYMBOL = re.compile(r"\*\*|\.\.|<=|>=|!=|->|[-+*/<>=(){}\[\],:.@']")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind is number, string, word, symbol or end."""

    kind: str
    text: str
    start: int
    end: int


class TokenReader:
    """A text and a place in it; reading can go back to any place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._tokens: dict[int, Token] = {}

    def peek(self) -> Token:
        """Return the next token without passing it."""
        token = self._tokens.get(self.position)
        if token is None:
            token = self._tokens[self.position] = self._read(self._skip(self.position))
        return token

    def advance(self) -> Token:
        """Return the next token and pass it."""
        token = self.peek()
        self.position = token.end
        return token

    def at_symbol(self, *symbols: str) -> bool:
        """Say whether the next token is one of the symbols."""
        token = self.peek()
        return token.kind == "symbol" and token.text in symbols

    def at_word(self, *words: str) -> bool:
        """Say whether the next token is one of the words."""
        token = self.peek()
        return token.kind == "word" and token.text in words

    def take_symbol(self, symbol: str) -> bool:
        """Pass the symbol if it is next."""
        if self.at_symbol(symbol):
            self.advance()
            return True
        return False

    def take_word(self, word: str) -> bool:
        """Pass the word if it is next."""
        if self.at_word(word):
            self.advance()
            return True
        return False

    def expect_symbol(self, symbol: str) -> Token:
        """Pass the symbol, or fail."""
        if not self.at_symbol(symbol):
            raise self.error(say("expected '{token}'", token=symbol))
        return self.advance()

    def expect_word(self, word: str) -> Token:
        """Pass the word, or fail."""
        if not self.at_word(word):
            raise self.error(say("expected '{token}'", token=word))
        return self.advance()

    def error(self, message: str) -> FeelSyntaxError:
        """Make an error at the next token."""
        token = self.peek()
        found = say("the end") if token.kind == "end" else f"'{token.text[:40]}'"
        return FeelSyntaxError(say("{message}, found {found}", message=message, found=found), token.start, self.text)

    def skipped(self) -> int:
        """Return where the next token starts."""
        return self.peek().start

    def _skip(self, position: int) -> int:
        while True:
            match = SPACE.match(self.text, position) or _COMMENT.match(self.text, position)
            if match is None:
                return position
            position = match.end()

    def _read(self, position: int) -> Token:
        if position >= len(self.text):
            return Token("end", "", position, position)
        if self.text[position] == '"':
            match = _STRING.match(self.text, position)
            if match is None:
                raise FeelSyntaxError(say("a string is not closed"), position, self.text)
            return Token("string", match.group(), position, match.end())
        for kind, pattern in (("number", _NUMBER), ("word", WORD), ("symbol", _SYMBOL)):
            match = pattern.match(self.text, position)
            if match is not None:
                return Token(kind, match.group(), position, match.end())
        raise FeelSyntaxError(
            say("unexpected character {character}", character=repr(self.text[position])), position, self.text
        )


def unescape(token: str) -> str:
    """Return the text a string literal stands for; unknown escapes stay as written."""
    text = _ESCAPE.sub(_unescape_one, token[1:-1])
    return _SURROGATES.sub(_join_surrogates, text)


def _unescape_one(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match[0]
    return _SIMPLE_ESCAPES.get(code, match[0])


def _join_surrogates(match: re.Match[str]) -> str:
    high, low = ord(match[0][0]), ord(match[0][1])
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
