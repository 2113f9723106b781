"""The fixed words of a decision in three languages. They are part of the document, so they do not follow a setting."""

from torget.casework.core.acts import Remedy
from torget.foundation.core.languages import LocalisedText

LABELS: dict[str, LocalisedText] = {
    "kind.decision": {"sv": "Tjänsteinnehavarbeslut", "fi": "Viranhaltijapäätös", "en": "Decision of an official"},
    "kind.service_act": {"sv": "Meddelande", "fi": "Ilmoitus", "en": "Notice"},
    "kind.transfer": {"sv": "Överföring av ärende", "fi": "Asian siirto", "en": "Transfer of a matter"},
    "authority": {"sv": "Beslutsfattare", "fi": "Päätöksentekijä", "en": "Decided by"},
    "date": {"sv": "Datum", "fi": "Päivämäärä", "en": "Date"},
    "section": {"sv": "Paragraf", "fi": "Pykälä", "en": "Section"},
    "case": {"sv": "Ärendenummer", "fi": "Asianumero", "en": "Case number"},
    "party": {"sv": "Part", "fi": "Asianosainen", "en": "Party"},
    "decision": {"sv": "Beslut", "fi": "Päätös", "en": "Decision"},
    "facts": {"sv": "Uppgifter i ärendet", "fi": "Asian tiedot", "en": "Facts of the matter"},
    "reasons": {"sv": "Motivering", "fi": "Perustelut", "en": "Reasons"},
    "law": {"sv": "Tillämpade bestämmelser", "fi": "Sovelletut säännökset", "en": "Provisions applied"},
    "automatic": {"sv": "Automatiskt avgörande", "fi": "Automaattinen ratkaisu", "en": "Decided automatically"},
    "contact": {"sv": "Mer information", "fi": "Lisätietoja", "en": "More information"},
    "corrects": {"sv": "Rättelse av", "fi": "Korjaa päätöksen", "en": "Corrects"},
    "power": {"sv": "Beslutanderätt", "fi": "Toimivalta", "en": "Power to decide"},
    "seal": {
        "sv": "Dokumentet har försetts med organisationens elektroniska stämpel.",
        "fi": "Asiakirja on varmennettu organisaation sähköisellä leimalla.",
        "en": "The document carries the organisation's electronic seal.",
    },
    "courtesy": {
        "sv": "Översättning för kännedom",
        "fi": "Käännös tiedoksi",
        "en": "Translation for information; the Finnish and Swedish texts are the decision.",
    },
}

AUTOMATIC_NOTICE: LocalisedText = {
    "sv": "Ärendet har avgjorts automatiskt enligt behandlingsregler som en tjänsteinnehavare har godkänt i förväg. "
    "Ingen människa har prövat uppgifterna. En begäran om omprövning behandlas alltid av en människa. "
    "Lagrum: förvaltningslagen (434/2003) 53 e–53 g §.",
    "fi": "Asia on ratkaistu automaattisesti käsittelysääntöjen mukaan, jotka viranhaltija on hyväksynyt ennalta. "
    "Ihminen ei ole arvioinut tietoja. Oikaisuvaatimuksen käsittelee aina ihminen. "
    "Lainkohdat: hallintolaki (434/2003) 53 e–53 g §.",
    "en": "The matter was decided automatically by processing rules that an official has approved beforehand. No "
    "person has judged the facts. A request for a review is always handled by a person. Provisions: Administrative "
    "Procedure Act (434/2003), sections 53 e–53 g.",
}
"""What a decision without a person must say (53 g §); the same for every kind of matter."""

REMEDY_HEADINGS: LocalisedText = {
    "sv": "Sökande av ändring",
    "fi": "Muutoksenhaku",
    "en": "How to ask for a review",
}

REMEDIES: dict[Remedy, LocalisedText] = {
    Remedy.RECTIFICATION: {
        "sv": "Den som är missnöjd med beslutet kan begära omprövning hos {organ}. Omprövning ska begäras inom 14 "
        "dagar från delfåendet. En part anses ha fått del av beslutet den sjunde dagen efter att brevet sändes, eller "
        "den tredje dagen efter att meddelandet sändes elektroniskt, om inte något annat visas. Begäran ska "
        "vara framme senast den sista dagen innan {office} stänger. I begäran anges beslutet, hur det ska "
        "ändras och varför. Begäran lämnas till {contact}. Lagrum: kommunallagen (410/2015) 134 och 138–140 §.",
        "fi": "Päätökseen tyytymätön voi vaatia oikaisua toimielimeltä {organ}. Oikaisuvaatimus on tehtävä 14 päivän "
        "kuluessa tiedoksisaannista. Asianosaisen katsotaan saaneen päätöksestä tiedon seitsemäntenä päivänä kirjeen "
        "lähettämisestä tai kolmantena päivänä sähköisen viestin lähettämisestä, jollei muuta näytetä. Vaatimuksen on "
        "oltava perillä viimeistään määräajan viimeisenä päivänä ennen kuin {office} suljetaan. Vaatimuksessa on "
        "ilmoitettava päätös, vaadittu muutos ja sen perusteet. Vaatimus toimitetaan osoitteeseen {contact}. "
        "Lainkohdat: kuntalaki (410/2015) 134 ja 138–140 §.",
        "en": "If you are not satisfied with the decision, you can ask {organ} to rectify it within 14 days of being "
        "told. You are deemed to have been told on the seventh day after a letter was sent, or on the third day after "
        "an electronic message was sent, unless shown otherwise. Your request must arrive on the last day at the "
        "latest, before {office} closes. Say which decision it is about, what should change and why. Send it to "
        "{contact}. Provisions: Local Government Act (410/2015), sections 134 and 138–140.",
    },
    Remedy.APPEAL: {
        "sv": "Ändring i beslutet söks genom kommunalbesvär hos förvaltningsdomstolen inom 30 dagar från delfåendet. "
        "Mer information ges av {contact}. Lagrum: kommunallagen (410/2015) 135 §.",
        "fi": "Päätökseen haetaan muutosta kunnallisvalituksella hallinto-oikeudelta 30 päivän kuluessa "
        "tiedoksisaannista. Lisätietoja antaa {contact}. Lainkohta: kuntalaki (410/2015) 135 §.",
        "en": "An appeal against the decision is made to the administrative court within 30 days of being told. More "
        "information: {contact}. Provision: Local Government Act (410/2015), section 135.",
    },
    Remedy.NONE_PREPARATION: {
        "sv": "Beslutet gäller endast beredning, och ändring i det får inte sökas. Lagrum: kommunallagen (410/2015) "
        "136 §.",
        "fi": "Päätös koskee vain valmistelua, eikä siihen saa hakea muutosta. Lainkohta: kuntalaki (410/2015) 136 §.",
        "en": "The decision is about preparation only and cannot be appealed. Provision: Local Government Act "
        "(410/2015), section 136.",
    },
    Remedy.NONE_SERVICE: {
        "sv": "Detta är inte ett förvaltningsbeslut. Om du är av annan åsikt kan du be om ett beslut: {contact}.",
        "fi": "Tämä ei ole hallintopäätös. Jos olet eri mieltä, voit pyytää asiasta päätöksen: {contact}.",
        "en": "This is not an administrative decision. If you disagree, you can ask for one: {contact}.",
    },
}
"""Which words stand in an instruction is for a lawyer to confirm (facts: decisions §2.4, partly from memory)."""

OFFICE: LocalisedText = {"sv": "registratorskontoret", "fi": "kirjaamo", "en": "the registry"}

NOTICE_SUBJECT: LocalisedText = {
    "sv": "Beslut i ärende {number}",
    "fi": "Päätös asiassa {number}",
    "en": "Decision in case {number}",
}

NOTICE_BODY: LocalisedText = {
    "sv": "{municipality} har fattat beslut {section} i ditt ärende {number}.\n\nLäs beslutet: {url}\n\nOmprövning kan "
    "begäras senast {last_day}. Anvisningar finns i beslutet.\n\nFrågor: {contact}",
    "fi": "{municipality} on tehnyt päätöksen {section} asiassasi {number}.\n\nLue päätös: {url}\n\nOikaisua voi "
    "vaatia viimeistään {last_day}. Ohjeet ovat päätöksessä.\n\nKysymykset: {contact}",
    "en": "{municipality} has made decision {section} in your case {number}.\n\nRead the decision: {url}\n\nYou can "
    "ask for a review on {last_day} at the latest. The decision tells how.\n\nQuestions: {contact}",
}
