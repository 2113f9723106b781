"""What a kind of fee is called to the payment provider: never a title, never a name."""

from torget.foundation.core.languages import in_language

_FEE = {"sv": "Biblioteksavgift", "fi": "Kirjastomaksu", "en": "Library fee"}
_BY_KIND = {
    "OVERDUE": {"sv": "Förseningsavgift", "fi": "Myöhästymismaksu", "en": "Late fee"},
    "REMINDER": {"sv": "Påminnelseavgift", "fi": "Muistutusmaksu", "en": "Reminder fee"},
    "RESERVE_EXPIRED": {"sv": "Oavhämtad reservering", "fi": "Noutamaton varaus", "en": "Uncollected reservation"},
    "LOST": {"sv": "Ersättning för material", "fi": "Aineistokorvaus", "en": "Compensation for material"},
    "PROCESSING": {"sv": "Behandlingsavgift", "fi": "Käsittelymaksu", "en": "Handling fee"},
    "NEW_CARD": {"sv": "Nytt bibliotekskort", "fi": "Uusi kirjastokortti", "en": "New library card"},
    "ILL": {"sv": "Fjärrlån", "fi": "Kaukolaina", "en": "Interlibrary loan"},
}


def product_description(fee_kind: str, language: str) -> str:
    return in_language(_BY_KIND.get(fee_kind, _FEE), language)
