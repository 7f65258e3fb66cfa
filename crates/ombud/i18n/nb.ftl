# Ordene i rammen rundt erklæringen, på bokmål. en.ftl har de samme nøklene.

skip = Gå til innholdet
brand-privacy = Personvern
nav-label = Sider
nav-statement = Erklæring
nav-board = Stemmer det?
nav-forecast = Prognose
nav-cookies = Informasjonskapsler
nav-versions = Versjoner
language-label = Språk

foot-contact = Kontakt oss om personvern
foot-complain = Klage
foot-complain-text = Du kan klage på hvordan vi bruker opplysningene dine, til
foot-pages = Sider
foot-request = Send en personvernhenvendelse
foot-made = Publisert med Ombud, ut fra reglene som avgjør og sletter.
demonstration = Demonstrasjon.
demonstration-text = Personene er oppdiktet, og erklæringen er fortalt med våre egne ord: Dette er ikke nettstedet til selskapet som er nevnt.

section = Punkt { $number }
statement-updated = Sist oppdatert
statement-version = Versjon
statement-superseded = Denne versjonen gjelder ikke lenger.
statement-current = Les den som gjelder
statement-hint = Hvert punkt bærer regelen som de understrekede ordene er laget av. Den samme regelen avgjør, sletter og svarer.
toc-label = Punkter
toc-title = På denne siden
toc-broken = har et brutt løfte
truth-question = Stemmer denne erklæringen akkurat nå?
truth-go = Se løftetavlen

rule-margin = Reglene bak punkt { $number }
rule-behind = Regelen bak dette
rule-activity = Aktivitet
rule-basis = Rettslig grunnlag
rule-keep = Oppbevares
rule-recipients = Deles med
rule-decided = Bestemt
rule-owner = Ansvarlig: { $owner }. Vurderes på nytt { $review }.

board-title = Løftetavle
board-question = Stemmer personvernerklæringen vår akkurat nå?
board-measured = Målt
board-how = Tallene kommer fra selve opplysningene; at en jobb er satt opp, beviser ingenting.
board-read = Les punktet
board-empty = Ingen løfter har denne tilstanden.
answer-kept = Ja. { $count ->
    [one] Det ene løftet er holdt.
   *[other] Alle de { $count } løftene er holdt.
  }
answer-broken = Nei. { $count ->
    [one] Ett løfte er brutt.
   *[other] { $count } løfter er brutt.
  }
answer-unproven = Ikke alt er bevist. { $count ->
    [one] For ett løfte kan vi ikke si om det er holdt.
   *[other] For { $count } løfter kan vi ikke si om de er holdt.
  }
answer-unknown = Vi vet det ikke ennå: Ingenting er bevist.
verdict-kept = Holdt
verdict-broken = Brutt
verdict-unproven = Ikke bevist
verdict-kept-count = { $count } holdt
verdict-broken-count = { $count } brutt
verdict-unproven-count = { $count } ikke bevist
show-label = Vis løfter
show-all = Alle løfter
age-oldest = Eldste oppføring
age-within = { $age } dager gammel; høyst { $cap } er tillatt
age-over = { $age } dager gammel, selv om høyst { $cap } er tillatt

figure-records = Oppføringer
figure-opened = Åpnet
figure-asked = Avmeldinger det er spurt om
figure-overdue = På overtid
figure-worst-lag = Største etterslep
figure-undeclared = Med felter som ikke er oppgitt
figure-without-basis = Uten grunnlag
figure-consented = Gjeldende samtykker
figure-withdrawn = Tilbaketrekkinger
figure-objected = Protester
figure-yes-without-consent = Ja uten samtykke
figure-yes-after-objection = Ja etter protest
figure-after-opt-out = Igjen etter avmelding
figure-recipients = Mottakere
figure-exempt = Holdt tilbake eller begrenset
figure-endless = Uten kjent slutt
figure-versions = Versjoner
figure-gaps = Hull funnet
figure-sections = Punkter vist
figure-details = Opplysninger vist
figure-processors = Databehandlere
figure-lacking = Mangler
figure-expired = Utløpt
figure-verified = Kontrollert
figure-entries = Linjer i loggen

effect-worse = Svakere vern
effect-better = Sterkere vern
effect-wording = Bare ordlyden

versions-title = Versjoner av erklæringen
versions-lead = Alle versjoner som har vært eller blir i kraft her, hva de endret, og hva endringen betyr for deg.
versions-current = Gjelder nå
versions-planned = Kommer
versions-first = Den første versjonen.
versions-read = Les denne versjonen
versions-compare = Sammenlign ordlyden
diff-title = Hva som er endret
diff-range = Fra { $from } til { $to }
diff-effects = Hva det betyr for deg
diff-wording = Ordlyden
diff-added = Lagt til
diff-removed = Fjernet
diff-before = Før
diff-after = Nå
diff-none = Ingen regler er endret.

cookies-title = Informasjonskapsler
cookies-lead = Alle informasjonskapslene vi bruker: hva de er til, hvor lenge de lagres, og hvem som mottar opplysningene.
cookies-purpose = Formål
cookies-keep = Lagres i
cookies-recipient = Mottas av
cookies-essential = Alltid på: Nettstedet trenger dem
cookies-asked = Bare hvis du sier ja

forecast-title = Hva vi sletter, og når
forecast-lead = { $total } oppføringer når slutten av sin tid innen { $months } måneder, etter reglene i erklæringen slik de er i dag.
forecast-as-of = Per
forecast-chart = Oppføringer som forfaller, måned for måned
forecast-caption = Den første søylen er det som alt har forfalt, og som venter på neste sletting.
forecast-now = Nå
forecast-overdue = Forfalt nå
forecast-by-activity = Etter aktivitet
forecast-activity = Aktivitet
forecast-total = I alt

error-absent-title = Siden finnes ikke
error-absent-text = Adressen kan være feil skrevet, eller siden er kanskje ikke publisert her.
error-refused-title = Forespørselen ble avvist
error-refused-text = Ingenting er endret. Gå tilbake, og prøv igjen fra våre egne sider.
error-unready-title = Ikke klar ennå
error-unready-text = Vi holder på å starte, eller eldre data er lagt tilbake og blir brakt à jour. Prøv igjen om litt.
error-failed-title = Noe gikk galt
error-failed-text = Feilen er vår, og den er notert. Prøv igjen om litt.
error-home = Les erklæringen

date = { $day }. { $month } { $year }
moment = { $day } kl. { $clock }
month-1 = januar
month-2 = februar
month-3 = mars
month-4 = april
month-5 = mai
month-6 = juni
month-7 = juli
month-8 = august
month-9 = september
month-10 = oktober
month-11 = november
month-12 = desember
span-none = ingen
span-days = { $count } døgn
span-hours = { $count ->
    [one] { $count } time
   *[other] { $count } timer
  }
span-minutes = { $count ->
    [one] { $count } minutt
   *[other] { $count } minutter
  }
span-seconds = { $count ->
    [one] { $count } sekund
   *[other] { $count } sekunder
  }

filling-title = Fire år på et øyeblikk
filling-text = Oppdiktede personer flytter inn: hva de valgte, hva de leverte, og når. Siden kommer av seg selv så snart alle er på plass.
filling-read = Les erklæringen imens
