"""The sentences in Finnish."""

from __future__ import annotations

PLACES = {
    "decision": "päätös",
    "decision service": "päätöspalvelu",
    "business knowledge model": "yhteinen laskukaava",
    "input data": "lähtötieto",
    "item definition": "tietotyyppi",
    "import": "tuonti",
    "element": "osa",
    "knowledge source": "tietolähde",
    "row": "rivi",
    "column": "sarake",
    "input": "syöte",
    "output": "tulos",
    "output values": "luetellut tulokset",
    "allowed values": "sallitut arvot",
    "default": "oletusarvo",
    "entry": "kohta",
    "result": "tulos",
    "parameter": "parametri",
    "item": "alkio",
    "if": "ehto",
    "then": "jos tosi",
    "else": "muuten",
    "in": "joukko",
    "match": "suodatin",
    "return": "arvo",
    "sheet": "taulukko",
    "cell": "solu",
    "line": "rivi",
}

SENTENCES = {
    # Tables, proved.
    "no row answers when {example}": "mikään rivi ei vastaa, kun {example}",
    "{rows} both match when {example}": "{rows} sopivat molemmat, kun {example}",
    "{rows} both match with different results when {example}": "{rows} sopivat molemmat eri tuloksin, kun {example}",
    "row {row} can never match: no value of {title} passes {text}": (
        "rivi {row} ei voi koskaan sopia: mikään kohdan {title} arvo ei täytä ehtoa {text}"
    ),
    "row {row} is never used: every case it matches is answered by {rows}": (
        "riviä {row} ei koskaan käytetä: jokainen sen tapaus ratkeaa jo ennen sitä ({rows})"
    ),
    "the table is too large to be searched for all gaps, overlaps and unreachable rows": (
        "taulu on liian suuri, jotta kaikki aukot, päällekkäisyydet ja tavoittamattomat rivit voitaisiin etsiä"
    ),
    "more than the value tested counts in {rows}, so gaps and overlaps there are not seen": (
        "vastaus riippuu muustakin kuin testattavasta arvosta ({rows}), joten aukot ja päällekkäisyydet eivät siinä näy"
    ),
    "row {row} has no reason in {languages}": "rivin {row} perustelu puuttuu: {languages}",
    "row {row} has no legal reference": "riviltä {row} puuttuu viittaus säännökseen",
    "row {row}": "rivi {row}",
    "rows {rows}": "rivit {rows}",
    "{some} and {last}": "{some} ja {last}",
    "{name} is {value}": "{name} on {value}",
    "nothing is given": "mitään ei ole annettu",
    "Swedish": "ruotsi",
    "Finnish": "suomi",
    "English": "englanti",
    # Types.
    "the value is of type {kind}, but {expected} is expected": "arvon tyyppi on {kind}, mutta odotettiin {expected}",
    "the cell {text} tests for {value}, but {title} is of type {kind}": (
        "solu {text} vertaa arvoon {value}, mutta kohdan {title} tyyppi on {kind}"
    ),
    "{value} is not one of the allowed values of {title}": "{value} ei ole kohdan {title} sallittuja arvoja",
    "{value} is not one of the allowed values {allowed}": "{value} ei ole sallittuja arvoja {allowed}",
    "'{operator}' cannot join {left} and {right}, so the result is always null": (
        "'{operator}' ei voi yhdistää tyyppejä {left} ja {right}, joten tulos on aina null"
    ),
    "'-' cannot stand before {kind}, so the result is always null": (
        "'-' ei voi olla tyypin {kind} edessä, joten tulos on aina null"
    ),
    "{left} and {right} cannot be compared, so the result is always null": (
        "tyyppejä {left} ja {right} ei voi verrata, joten tulos on aina null"
    ),
    "'{name}' has no parameters {names}, so the result is always null": (
        "funktiolla '{name}' ei ole parametreja {names}, joten tulos on aina null"
    ),
    "{kind} has no '{name}', so the result is always null": (
        "tyypillä {kind} ei ole ominaisuutta '{name}', joten tulos on aina null"
    ),
    "no {left} is among {right}": "mikään tyypin {left} arvo ei ole joukossa {right}",
    "'{name}' does not take ({kinds}), so the result is always null": (
        "'{name}' ei ota vastaan tyyppejä ({kinds}), joten tulos on aina null"
    ),
    "{what} needs true or false, not {kind}": "{what} vaatii arvon true tai false, ei tyyppiä {kind}",
    "the condition of 'if'": "ehto kohdassa 'if'",
    "there is no entry '{name}' (the entries are {known})": "kohtaa '{name}' ei ole (kohdat ovat {known})",
    "a range cannot go from {start} to {end}": "väli ei voi alkaa tyypistä {start} ja päättyä tyyppiin {end}",
    "there is no type '{name}'": "tyyppiä '{name}' ei ole",
    "the type is defined by itself": "tyyppi on määritelty itsellään",
    # Models.
    "the XML is broken: {error}": "XML-tiedosto on rikki: {error}",
    "a document type is not allowed: it could define entities": (
        "dokumenttityyppi ei ole sallittu: se voisi määritellä entiteettejä"
    ),
    "elements are nested more than {limit} deep": "osia on yli {limit} tasoa sisäkkäin",
    "the model has more than {limit} bytes": "malli on suurempi kuin {limit} tavua",
    "the root element {tag} is not the definitions of a DMN model": "juuri {tag} ei ole DMN-malli",
    "the element has no name": "osalla ei ole nimeä",
    "an item definition has no name": "tietotyypillä ei ole nimeä",
    "the id '{id}' is used twice": "tunnusta '{id}' käytetään kahdesti",
    "the name is used twice": "nimeä käytetään kahdesti",
    "a decision cannot hold a '{tag}'": "päätöksessä ei voi olla osaa '{tag}'",
    "DMN {version} cannot be written, only {known}": "muotoa DMN {version} ei voi kirjoittaa, vain {known}",
    "DMN {version} has no '{tag}', which came with {since}": (
        "muodossa DMN {version} ei ole osaa '{tag}', joka tuli versiossa {since}"
    ),
    "nothing has the reference '{href}'": "viitteelle '{href}' ei löydy kohdetta",
    "the requirements go in a circle: {names}": "vaatimukset kiertävät kehää: {names}",
    "the imported model '{name}' is not given": "tuotu malli '{name}' puuttuu",
    "there is no expression here": "tästä puuttuu lauseke",
    "there is no function '{name}' here": "funktiota '{name}' ei tässä ole",
    "there is no variable '{name}' here": "muuttujaa '{name}' ei tässä ole",
    "'{name}' is not a hit policy": "'{name}' ei ole osumasääntö",
    "'{name}' is not an aggregation": "'{name}' ei ole koostefunktio",
    "the table has no output": "taulussa ei ole tulosta",
    "an input has no expression": "syötesarakkeella ei ole lauseketta",
    "row {row} does not have one entry for each column": "rivillä {row} ei ole yhtä solua jokaista saraketta kohti",
    "a table with several outputs cannot aggregate them": "usean tuloksen taulu ei voi koostaa niitä",
    "a row of the relation does not have one cell for each column": (
        "relaation rivillä ei ole yhtä solua jokaista saraketta kohti"
    ),
    "a binding has no parameter": "sidonnalta puuttuu parametri",
    "there is more than one expression here": "tässä on useampi kuin yksi lauseke",
    "only the last entry of a context may be without a name": ("vain kontekstin viimeinen kohta voi olla ilman nimeä"),
    "an entry has no name": "kohdalla ei ole nimeä",
    "the language '{name}' is not known here, only FEEL is": "kieltä '{name}' ei tässä tunneta, vain FEEL",
    "each of several outputs needs a name of its own": "kun tuloksia on useita, jokaisella on oltava oma nimi",
    "the order of the results is not known: no output lists its values": (
        "tulosten järjestystä ei tunneta: mikään tulos ei luettele arvojaan"
    ),
    "the reference '{href}' leads to the wrong kind of element": "viite '{href}' johtaa vääränlaiseen osaan",
    # Expressions.
    "{message} (line {line}, column {column})": "{message} (rivi {line}, merkki {column})",
    "{message}, found {found}": "{message}, mutta siinä on {found}",
    "the end": "loppu",
    "expected '{token}'": "odotettiin '{token}'",
    "expected a name": "odotettiin nimeä",
    "expected a name after '.'": "odotettiin nimeä merkin '.' jälkeen",
    "expected a string after '@'": "odotettiin tekstiä merkin '@' jälkeen",
    "expected an expression": "odotettiin lauseketta",
    "expected the end of a range": "odotettiin välin loppua",
    "expected the name of a type": "odotettiin tyypin nimeä",
    "unexpected text after the expression": "lausekkeen jälkeen on siihen kuulumatonta tekstiä",
    "unexpected character {character}": "merkki {character} ei kuulu tähän",
    "a string is not closed": "tekstistä puuttuu lopettava lainausmerkki",
    "a number is out of range": "luku on liian suuri tai liian pieni",
    "an entry is defined twice": "kohta on määritelty kahdesti",
    "arguments must all be named, each once, or none": "nimeä joko kaikki argumentit, kukin kerran, tai ei yhtäkään",
    "the expression is too long": "lauseke on liian pitkä",
    "the expression is nested too deep": "lauseke on liian monta tasoa sisäkkäin",
    "the expression is too ambiguous": "lauseke on liian monitulkintainen",
    "the tests are nested too deep": "ehdot ovat liian monta tasoa sisäkkäin",
    "too many operators in a row": "liian monta operaattoria peräkkäin",
    # Evaluation.
    "the model has no decision '{name}'": "mallissa ei ole päätöstä '{name}'",
    "the model has no decision service '{name}'": "mallissa ei ole päätöspalvelua '{name}'",
    "the model has no business knowledge model '{name}'": "mallissa ei ole yhteistä laskukaavaa '{name}'",
    "the model has no input '{name}'": "mallissa ei ole lähtötietoa '{name}'",
    "the value does not fit the type {type}": "arvo ei ole tyyppiä {type}",
    "a {kind} is not a value of FEEL": "{kind} ei ole FEEL-arvo",
    "the evaluation takes more than {limit} iterations": "laskenta vaatii yli {limit} kierrosta",
    "functions, requirements or values are nested too deep": "funktioita, vaatimuksia tai arvoja on liikaa sisäkkäin",
    "the value is nested too deep": "arvossa on liian monta sisäkkäistä tasoa",
    "a list has more than {limit} items": "listassa on yli {limit} alkiota",
    "a string has more than {limit} characters": "tekstissä on yli {limit} merkkiä",
    "a regular expression is too costly for this text": "säännöllinen lauseke on liian raskas tälle tekstille",
    "a regular expression takes too many steps on this text": (
        "säännöllinen lauseke vaatii liikaa askelia tälle tekstille"
    ),
    # Workbooks.
    "the file is not a readable workbook": "tiedosto ei ole luettava työkirja",
    "the file has more than {limit} bytes": "tiedosto on suurempi kuin {limit} tavua",
    "the file unpacks to too many bytes": "tiedosto on purettuna liian suuri",
    "a document type is not allowed in a workbook": "dokumenttityyppi ei ole sallittu työkirjassa",
    "no sheet of the workbook describes a table": "mikään työkirjan taulukko ei kuvaa päätöstaulua",
    "the table '{name}' is on two sheets": "taulu '{name}' on kahdessa taulukossa",
    "'{text}' may be a decimal comma; write a point, or a space after it": (
        "'{text}' voi olla desimaalipilkku; kirjoita piste tai pilkun jälkeen väli"
    ),
    "the model has no table '{name}'": "mallissa ei ole taulua '{name}'",
    "the table has no name": "taululla ei ole nimeä",
    "the table has more than {limit} columns": "taulussa on yli {limit} saraketta",
    "the table has more than {limit} rows": "taulussa on yli {limit} riviä",
    "row {row} must begin with '{title}'": "rivin {row} alussa on oltava '{title}'",
    "'{word}' is neither input, output nor annotation": "'{word}' ei ole syöte, tulos eikä huomautus",
    "merged cells are not allowed; write the text into each": (
        "yhdistetyt solut eivät ole sallittuja; kirjoita teksti jokaiseen"
    ),
    "a formula is not allowed; write the test as text": "kaava ei ole sallittu; kirjoita ehto tekstinä",
    "the spreadsheet program could not compute this cell; write the test as text": (
        "taulukkolaskenta ei pystynyt laskemaan solua; kirjoita ehto tekstinä"
    ),
}
