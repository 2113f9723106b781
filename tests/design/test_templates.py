import re
from pathlib import Path

import pytest
from django.test import Client

from torget.foundation import design
from torget.foundation.core.money import Money
from torget.foundation.design.page import FeeLine, PayeeGroup

APP = Path(design.__file__).parent
TEMPLATES = sorted(APP.rglob("*.html"))
PAGES = ["fees", "form", "events", "empty"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_or_script(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_the_version_of_govuk_frontend_is_the_same_everywhere() -> None:
    files = {path.name for path in (APP / "static/design/vendor").iterdir()} - {"NOTICE.txt"}
    (version,) = {
        match[1] for name in files if (match := re.fullmatch(r"govuk-frontend-([\d.]+)\.min\.(css|js)", name))
    }
    assert len(files) == 2
    package = (APP.parent.parent.parent / "frontend/package.json").read_text()
    assert f'"govuk-frontend": "{version}"' in package
    for place in ("templates/design/base.html", "static/design/torget.js", "static/design/vendor/NOTICE.txt"):
        assert set(re.findall(r"govuk-frontend-([\d.]+)\.min", (APP / place).read_text())) == {version}


def test_the_built_style_has_nothing_that_belongs_to_govuk() -> None:
    css = next((APP / "static/design/vendor").glob("*.css")).read_text()
    assert not re.search(r"GDS Transport|crown|govuk-header|govuk-footer|govuk-cookie-banner|url\(|@font-face", css)


def test_the_lock_file_names_no_place_to_fetch_from() -> None:
    lock = (APP.parent.parent.parent / "frontend/package-lock.json").read_text()
    assert '"resolved"' not in lock


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_every_text_is_translated(language: str) -> None:
    catalogue = (APP / f"locale/{language}/LC_MESSAGES/django.po").read_text()
    assert "fuzzy" not in catalogue
    assert not re.search(r'msgstr(\[\d\])? ""\n(?!")', catalogue)
    marked = [text for path in TEMPLATES for text in re.findall(r'{% translate "([^"]+)"', path.read_text())]
    assert marked
    for text in marked:
        assert f'msgid "{text}"' in catalogue, text


@pytest.mark.usefixtures("sample_site")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_its_language_and_its_place_in_the_navigation(page: str) -> None:
    html = Client().get(f"/{page}", headers={"Accept-Language": "fi"}).content.decode()
    assert '<html class="govuk-template" lang="fi">' in html
    assert html.count('aria-current="page"') == 1
    assert html.count("<h1") == 1
    assert html.count("<main") == 1


@pytest.mark.usefixtures("sample_site")
def test_the_title_says_first_that_something_is_wrong() -> None:
    html = Client().get("/form", headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r"<title>(Error|Fel|Virhe): Fråga biblioteket – Helle-biblioteken</title>", html)


@pytest.mark.usefixtures("sample_site")
def test_the_language_changes_without_scripts_and_keeps_the_page() -> None:
    client = Client(enforce_csrf_checks=True)
    html = client.get("/fees?theme=porvoo").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    following = re.search(r'name="next" value="([^"]+)"', html)
    assert token
    assert following
    posted = {"csrfmiddlewaretoken": token[1], "next": following[1], "language": "fi"}
    answer = client.post("/language", posted)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fees?theme=porvoo"
    assert 'lang="fi">' in client.get("/fees").content.decode()


def test_a_fee_that_cannot_be_paid_must_say_why() -> None:
    with pytest.raises(ValueError, match="reason"):
        FeeLine(id="1", title="Bok", reason="Försenad", amount=Money(100), is_payable=False)


def test_only_what_is_chosen_and_payable_counts_in_the_total_of_a_payee() -> None:
    chosen = FeeLine(id="1", title="A", reason="r", amount=Money(100))
    left = FeeLine(id="2", title="B", reason="r", amount=Money(200), is_selected=False)
    blocked = FeeLine(id="3", title="C", reason="r", amount=Money(400), is_payable=False, not_payable_reason="n")
    group = PayeeGroup(id="p", name="P", lines=[chosen, left, blocked])
    assert group.selected_total == Money(100)
    assert group.has_payable
    assert not PayeeGroup(id="q", name="Q", lines=[blocked]).has_payable
