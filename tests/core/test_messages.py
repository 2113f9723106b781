"""A string has one translation in a language, whichever catalogue it stands in."""

from pathlib import Path

from torget.config.messages import differences

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def _write(package: Path, part: str, language: str, entry: str) -> None:
    folder = package / part / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(HEAD + entry, encoding="utf-8")


def test_another_translation_is_named_with_both_files(tmp_path: Path) -> None:
    package = tmp_path / "torget"
    _write(package, "fees", "sv", 'msgid "To"\nmsgstr "Till"\n')
    _write(package, "search", "sv", 'msgid "To"\nmsgstr "Sista dagen"\n')
    [fault] = differences(package)
    assert fault == (
        "torget/search/locale/sv/LC_MESSAGES/django.po: 'To' is 'Sista dagen', "
        "but 'Till' in torget/fees/locale/sv/LC_MESSAGES/django.po"
    )


def test_plurals_are_compared_form_by_form(tmp_path: Path) -> None:
    days = 'msgid "%(count)d day"\nmsgid_plural "%(count)d days"\nmsgstr[0] "{}"\nmsgstr[1] "%(count)d dagar"\n'
    _write(tmp_path, "fees", "sv", days.format("%(count)d dag"))
    _write(tmp_path, "search", "sv", days.format("%(count)d dygn"))
    assert len(differences(tmp_path)) == 1


def test_context_and_language_tell_strings_apart(tmp_path: Path) -> None:
    _write(tmp_path, "fees", "sv", 'msgid "To"\nmsgstr "Till"\n')
    _write(tmp_path, "search", "sv", 'msgctxt "period"\nmsgid "To"\nmsgstr "Sista dagen"\n')
    _write(tmp_path, "links", "fi", 'msgid "To"\nmsgstr "Vastaanottaja"\n')
    assert differences(tmp_path) == []
