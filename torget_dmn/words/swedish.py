"""The sentences in Swedish."""

from __future__ import annotations

PLACES = {
    "decision": "beslut",
    "decision service": "beslutstjänst",
    "business knowledge model": "gemensam formel",
    "input data": "indata",
    "item definition": "datatyp",
    "import": "import",
    "element": "element",
    "knowledge source": "kunskapskälla",
    "row": "rad",
    "column": "kolumn",
    "input": "indata",
    "output": "utdata",
    "output values": "listade utdata",
    "allowed values": "tillåtna värden",
    "default": "standardvärde",
    "entry": "post",
    "result": "resultat",
    "parameter": "parameter",
    "item": "element",
    "if": "villkor",
    "then": "om sant",
    "else": "annars",
    "in": "samling",
    "match": "filter",
    "return": "värde",
    "sheet": "blad",
    "cell": "cell",
    "line": "rad",
}

SENTENCES = {
    # Tables, proved.
    "no row answers when {example}": "ingen rad svarar när {example}",
    "{rows} both match when {example}": "{rows} passar båda när {example}",
    "{rows} both match with different results when {example}": "{rows} passar båda med olika resultat när {example}",
    "row {row} can never match: no value of {title} passes {text}": (
        "rad {row} kan aldrig passa: inget värde för {title} uppfyller {text}"
    ),
    "row {row} is never used: every case it matches is answered by {rows}": (
        "rad {row} används aldrig: varje fall som den passar besvaras av {rows}"
    ),
    "the table is too large to be searched for all gaps, overlaps and unreachable rows": (
        "tabellen är för stor för att alla luckor, överlappningar och oåtkomliga rader ska kunna sökas"
    ),
    "more than the value tested counts in {rows}, so gaps and overlaps there are not seen": (
        "i {rows} beror svaret på mer än det prövade värdet, så luckor och överlappningar där syns inte"
    ),
    "row {row} has no reason in {languages}": "rad {row} saknar motivering på {languages}",
    "row {row} has no legal reference": "rad {row} saknar hänvisning till bestämmelse",
    "row {row}": "rad {row}",
    "rows {rows}": "raderna {rows}",
    "{some} and {last}": "{some} och {last}",
    "{name} is {value}": "{name} är {value}",
    "nothing is given": "inget är givet",
    "Swedish": "svenska",
    "Finnish": "finska",
    "English": "engelska",
    # Types.
    "the value is of type {kind}, but {expected} is expected": "värdet är av typen {kind}, men {expected} väntas",
    "the cell {text} tests for {value}, but {title} is of type {kind}": (
        "cellen {text} prövar mot {value}, men {title} är av typen {kind}"
    ),
    "{value} is not one of the allowed values of {title}": "{value} är inte ett av de tillåtna värdena för {title}",
    "{value} is not one of the allowed values {allowed}": "{value} är inte ett av de tillåtna värdena {allowed}",
    "'{operator}' cannot join {left} and {right}, so the result is always null": (
        "'{operator}' kan inte förena {left} och {right}, så resultatet är alltid null"
    ),
    "'-' cannot stand before {kind}, so the result is always null": (
        "'-' kan inte stå framför {kind}, så resultatet är alltid null"
    ),
    "{left} and {right} cannot be compared, so the result is always null": (
        "{left} och {right} kan inte jämföras, så resultatet är alltid null"
    ),
    "'{name}' has no parameters {names}, so the result is always null": (
        "'{name}' har inga parametrar {names}, så resultatet är alltid null"
    ),
    "{kind} has no '{name}', so the result is always null": "{kind} har inget '{name}', så resultatet är alltid null",
    "no {left} is among {right}": "inget värde av typen {left} finns bland {right}",
    "'{name}' does not take ({kinds}), so the result is always null": (
        "'{name}' tar inte emot ({kinds}), så resultatet är alltid null"
    ),
    "{what} needs true or false, not {kind}": "{what} kräver true eller false, inte {kind}",
    "the condition of 'if'": "villkoret i 'if'",
    "there is no entry '{name}' (the entries are {known})": "posten '{name}' finns inte (posterna är {known})",
    "a range cannot go from {start} to {end}": "ett intervall kan inte gå från {start} till {end}",
    "there is no type '{name}'": "typen '{name}' finns inte",
    "the type is defined by itself": "typen definieras av sig själv",
    # Models.
    "the XML is broken: {error}": "XML-filen är trasig: {error}",
    "a document type is not allowed: it could define entities": (
        "en dokumenttyp är inte tillåten: den kunde definiera entiteter"
    ),
    "elements are nested more than {limit} deep": "elementen ligger mer än {limit} nivåer djupt i varandra",
    "the model has more than {limit} bytes": "modellen är större än {limit} byte",
    "the root element {tag} is not the definitions of a DMN model": "rotelementet {tag} är inte en DMN-modell",
    "the element has no name": "elementet saknar namn",
    "an item definition has no name": "en datatyp saknar namn",
    "the id '{id}' is used twice": "id '{id}' används två gånger",
    "the name is used twice": "namnet används två gånger",
    "a decision cannot hold a '{tag}'": "ett beslut kan inte innehålla '{tag}'",
    "DMN {version} cannot be written, only {known}": "DMN {version} kan inte skrivas, bara {known}",
    "DMN {version} has no '{tag}', which came with {since}": "DMN {version} saknar '{tag}', som kom med {since}",
    "nothing has the reference '{href}'": "inget har hänvisningen '{href}'",
    "the requirements go in a circle: {names}": "kraven går i cirkel: {names}",
    "the imported model '{name}' is not given": "den importerade modellen '{name}' saknas",
    "there is no expression here": "här saknas ett uttryck",
    "there is no function '{name}' here": "funktionen '{name}' finns inte här",
    "there is no variable '{name}' here": "variabeln '{name}' finns inte här",
    "'{name}' is not a hit policy": "'{name}' är ingen träffregel",
    "'{name}' is not an aggregation": "'{name}' är ingen sammanräkning",
    "the table has no output": "tabellen saknar utdata",
    "an input has no expression": "en indatakolumn saknar uttryck",
    "row {row} does not have one entry for each column": "rad {row} har inte en cell för varje kolumn",
    "a table with several outputs cannot aggregate them": "en tabell med flera utdata kan inte räkna samman dem",
    "a row of the relation does not have one cell for each column": (
        "en rad i relationen har inte en cell för varje kolumn"
    ),
    "a binding has no parameter": "en bindning saknar parameter",
    "there is more than one expression here": "här finns mer än ett uttryck",
    "only the last entry of a context may be without a name": "bara den sista posten i en kontext får sakna namn",
    "an entry has no name": "en post saknar namn",
    "the language '{name}' is not known here, only FEEL is": "språket '{name}' förstås inte här, bara FEEL",
    "each of several outputs needs a name of its own": (
        "när en tabell har flera utdata behöver vart och ett ett eget namn"
    ),
    "the order of the results is not known: no output lists its values": (
        "resultatens ordning är okänd: inga utdata listar sina värden"
    ),
    "the reference '{href}' leads to the wrong kind of element": ("hänvisningen '{href}' leder till fel slags element"),
    # Expressions.
    "{message} (line {line}, column {column})": "{message} (rad {line}, tecken {column})",
    "{message}, found {found}": "{message}, men där står {found}",
    "the end": "inget mer",
    "expected '{token}'": "'{token}' väntades",
    "expected a name": "ett namn väntades",
    "expected a name after '.'": "ett namn väntades efter '.'",
    "expected a string after '@'": "en text väntades efter '@'",
    "expected an expression": "ett uttryck väntades",
    "expected the end of a range": "slutet på ett intervall väntades",
    "expected the name of a type": "namnet på en typ väntades",
    "unexpected text after the expression": "texten efter uttrycket hör inte dit",
    "unexpected character {character}": "tecknet {character} hör inte hit",
    "a string is not closed": "en text saknar avslutande citattecken",
    "a number is out of range": "ett tal är för stort eller för litet",
    "an entry is defined twice": "en post definieras två gånger",
    "arguments must all be named, each once, or none": "namnge alla argument, vart och ett en gång, eller inget",
    "the expression is too long": "uttrycket är för långt",
    "the expression is nested too deep": "uttrycket är för djupt nästlat",
    "the expression is too ambiguous": "uttrycket är för mångtydigt",
    "the tests are nested too deep": "villkoren är för djupt nästlade",
    "too many operators in a row": "för många operatorer i rad",
    # Evaluation.
    "the model has no decision '{name}'": "modellen har inget beslut '{name}'",
    "the model has no decision service '{name}'": "modellen har ingen beslutstjänst '{name}'",
    "the model has no business knowledge model '{name}'": "modellen har ingen gemensam formel '{name}'",
    "the model has no input '{name}'": "modellen har inga indata '{name}'",
    "the value does not fit the type {type}": "värdet är inte av typen {type}",
    "a {kind} is not a value of FEEL": "{kind} är inte ett värde i FEEL",
    "the evaluation takes more than {limit} iterations": "beräkningen tar mer än {limit} varv",
    "functions, requirements or values are nested too deep": "funktioner, krav eller värden är för djupt nästlade",
    "the value is nested too deep": "värdet är för djupt nästlat",
    "a list has more than {limit} items": "en lista har mer än {limit} element",
    "a string has more than {limit} characters": "en text har mer än {limit} tecken",
    "a regular expression is too costly for this text": "ett reguljärt uttryck är för tungt för denna text",
    "a regular expression takes too many steps on this text": "ett reguljärt uttryck tar för många steg på denna text",
    # Workbooks.
    "the file is not a readable workbook": "filen är inte en läsbar arbetsbok",
    "the file has more than {limit} bytes": "filen är större än {limit} byte",
    "the file unpacks to too many bytes": "filen blir för stor när den packas upp",
    "a document type is not allowed in a workbook": "en dokumenttyp är inte tillåten i en arbetsbok",
    "no sheet of the workbook describes a table": "inget blad i arbetsboken beskriver en tabell",
    "the table '{name}' is on two sheets": "tabellen '{name}' finns på två blad",
    "'{text}' may be a decimal comma; write a point, or a space after it": (
        "'{text}' kan vara ett decimalkomma; skriv en punkt, eller ett mellanslag efter kommat"
    ),
    "the model has no table '{name}'": "modellen har ingen tabell '{name}'",
    "the table has no name": "tabellen saknar namn",
    "the table has more than {limit} columns": "tabellen har mer än {limit} kolumner",
    "the table has more than {limit} rows": "tabellen har mer än {limit} rader",
    "row {row} must begin with '{title}'": "rad {row} måste börja med '{title}'",
    "'{word}' is neither input, output nor annotation": "'{word}' är varken indata, utdata eller anteckning",
    "merged cells are not allowed; write the text into each": (
        "sammanfogade celler är inte tillåtna; skriv texten i var och en"
    ),
    "a formula is not allowed; write the test as text": "en formel är inte tillåten; skriv villkoret som text",
    "the spreadsheet program could not compute this cell; write the test as text": (
        "kalkylprogrammet kunde inte räkna ut cellen; skriv villkoret som text"
    ),
}
