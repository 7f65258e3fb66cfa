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
figure-gathering = Under pseudonym i statistikk
figure-gathering-for = Hvor lenge på det meste
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
effect-judge = Må vurderes av et menneske
effect-same = Samme vern

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

problem-type = Type
problems-title = Det API-et sier nei til
problems-lead = Hvert problem et kall kan møte, hva det betyr, og hva du kan gjøre. Et program finner adressen til siden i `type`.
problems-all = Alle problemer
problems-go = Se alle problemer
problem-absent-title = Det finnes ikke
problem-absent-text = Det finnes ingenting med det navnet eller den id-en, eller nøkkelen din når det ikke: de to besvares likt. Kontroller id-en, og hvilke aktiviteter nøkkelen er bundet til.
problem-anchor-title = En hendelse som ikke hører til noe
problem-anchor-text = Et faktum som frister regnes fra, hører til en post, eller til alt en person har i en samling. Send `record`, eller `subject` med `collection`.
problem-another-controller-title = En annen er behandlingsansvarlig
problem-another-controller-text = En annen organisasjon bestemmer over denne aktiviteten, og vi handler for den. Vis personen, eller spørsmålet, dit.
problem-answer-title = Det tidligere svaret kan ikke leses
problem-answer-text = Kallet er utført før, men svaret som ble tatt vare på, kan ikke leses. Det utføres ikke på nytt. Feilen er vår; slå opp hva det gjorde.
problem-behind-title = Eldre data blir brakt à jour
problem-behind-text = En kopi av dataene er lagt tilbake, og det den har gått glipp av, utføres på nytt. Så lenge vises eller endres ingen i den. Vent på ryddingen, eller kjør `ombud sweep`.
problem-body-title = Innholdet er ikke som ventet
problem-body-text = Det er ikke JSON, eller en nøkkel eller verdi er ikke en som kallet tar imot. `detail` sier hvilken. Send `content-type: application/json` og nøklene i beskrivelsen.
problem-consent-outdated-title = Samtykket gjaldt noe annet
problem-consent-outdated-text = Det ble gitt for andre formål, data eller mottakere enn dagens. Spør igjen, med erklæringen som gjelder.
problem-consent-withdrawn-title = Samtykket er trukket tilbake
problem-consent-withdrawn-text = Personen har trukket samtykket sitt, og det gjelder straks. Bare et nytt samtykke åpner for det igjen.
problem-date-title = Det er ikke en dag
problem-date-text = Skriv en dag som år, måned og dag, for eksempel 2026-03-18.
problem-evidence-title = Bevisene er ikke det som ble signert
problem-evidence-text = Noe i loggen er endret, fjernet eller satt inn. Ingenting bevises før et menneske har sett på det: den som drifter Ombud, bør kjøre `ombud evidence verify`.
problem-not-demonstrated-title = Samtykket sier ikke hvordan det ble innhentet
problem-not-demonstrated-text = Den som bygger på et samtykke, må kunne vise det (personvernforordningen artikkel 7 nr. 1). Send språket personen ble spurt på, og kanalen.
problem-not-worded-title = Erklæringen har ikke den ordlyden
problem-not-worded-text = Ordlyden som ble vist, tas fra erklæringen på språket som ble oppgitt. Den finnes ikke på det språket, eller ingen heter det som er oppgitt i notice. Send navnet på en som finnes, eller navnet på deres egen ordlyd, eller dens hash, som notice.
problem-future-act-title = Handlingen ligger i fremtiden
problem-future-act-text = Det en person velger, registreres når det er gjort. Send det da, eller rett tidspunktet.
problem-idempotency-key-title = En nøkkel som ikke kan brukes
problem-idempotency-key-text = En `Idempotency-Key` har 1 til 255 synlige tegn. En UUID holder.
problem-identity-title = Personen kan ikke kjennes på det
problem-identity-text = Identiteten er av et slag som erklæringen ikke nevner, eller verdien er ikke en av sitt slag, eller ingen er oppgitt. Navngi personen med identiteter som erklæringen nevner.
problem-key-needed-title = Det trengs en nøkkel
problem-key-needed-text = Kall om personopplysninger har med `Authorization: Bearer …`. Ingen fulgte med dette kallet, eller den virker ikke lenger. `ombud key add` lager en.
problem-key-not-bound-title = Nøkkelen er ikke bundet til aktiviteten
problem-key-not-bound-text = En nøkkel leser og skriver bare i aktivitetene den ble laget for. Be den som drifter Ombud, om en nøkkel som er bundet til denne.
problem-key-reused-title = Nøkkelen til kallet hører til et annet
problem-key-reused-text = Den er sendt før med et annet kall eller et annet innhold, så dette kallet ble ikke utført. Velg en ny nøkkel for hvert nye kall.
problem-legal-hold-title = Et rettskrav holder på posten
problem-legal-hold-text = Den trengs for et rettskrav, så ingenting i den endres eller slettes. Avslutt det først: meld `legal_hold` med `reason` og `ends`.
problem-no-basis-title = Det finnes ikke noe behandlingsgrunnlag
problem-no-basis-text = Ingen av grunnlagene for aktiviteten gjelder i den tilstanden personen er i. Meld tilstanden hvis den er endret, eller la dataene være.
problem-no-consent-title = Personen har ikke samtykket
problem-no-consent-text = Aktiviteten bygger på samtykke, og det finnes ikke. Be om det, og meld svaret.
problem-no-consent-asked-title = Aktiviteten ber ikke om samtykke
problem-no-consent-asked-text = Den bygger på et annet grunnlag, så det finnes ikke noe samtykke å gi eller trekke. Registrer en protest i stedet.
problem-no-device-consent-title = Enheten deres krever samtykke
problem-no-device-consent-text = Å lagre eller lese på en persons enhet krever samtykke, om det ikke er strengt nødvendig for det de ba om.
problem-no-marketing-consent-title = Elektronisk markedsføring krever samtykke
problem-no-marketing-consent-text = Meldinger på e-post og lignende krever samtykke fra personen, eller unntaket for eksisterende kunder, og ingen av dem finnes.
problem-no-right-to-object-title = Her er det ingen rett til å protestere
problem-no-right-to-object-text = Grunnlaget som bærer dataene om denne personen, gir ingen rett til å protestere. Er det samtykke, registrer at det trekkes; begrensning kan man be om uansett.
problem-no-special-condition-title = Særlige kategorier krever mer
problem-no-special-condition-text = Data om helse, tro, fagforeningsmedlemskap og lignende krever et vilkår i artikkel 9(2) i tillegg til grunnlaget, og ingen gjelder.
problem-not-told-title = Personen har ikke fått vite det
problem-not-told-text = Før en begrensning oppheves, eller en protest avvises, skal personen få vite det. Si fra, og oppgi referansen til meldingen (`notice`).
problem-objected-to-marketing-title = Personen har protestert mot direkte markedsføring
problem-objected-to-marketing-text = Protesten er absolutt, og ingenting veier mot den. Bare et senere samtykke fra personen åpner for det igjen.
problem-objection-pending-title = En protest blir vurdert
problem-objection-pending-text = Til det er avgjort om tvingende grunner går foran, brukes dataene ikke til dette. Avgjør den: `uphold` eller `reject`.
problem-objection-upheld-title = Protesten er tatt til følge
problem-objection-upheld-text = Personens interesser veier mer enn våre, så dataene brukes ikke til dette.
problem-query-title = Adressen spør etter noe ukjent
problem-query-text = En parameter i adressen er ikke en som kallet tar imot, eller verdien er det ikke. Beskrivelsen av kallet nevner dem.
problem-receipt-title = Kvitteringen er ikke ekte
problem-receipt-text = Den er endret, eller den ble ikke signert for denne loggen. Send `receipt` slik den ble gitt.
problem-remaining-title = Det var der fortsatt
problem-remaining-text = Det som skulle slettes, var der da det ble lest tilbake, så ingen suksess meldes. Ryddingen prøver igjen, og det kan du også.
problem-restricted-title = Behandlingen er begrenset
problem-restricted-text = Personen ba om det, eller har protestert og venter på svar. Til det oppheves, blir dataene bare lagret, og brukt slik artikkel 18(2) tillater. Opphev begrensningen først, når personen har fått vite det.
problem-retention-passed-title = Tiden er ute
problem-retention-passed-text = Dataene ble beholdt så lenge erklæringen sier, og kan ikke brukes lenger. Det en lov holder på, vises bare for formålet i den loven (`only_for`).
problem-several-people-title = Identitetene tilhører forskjellige personer
problem-several-people-text = Ingenting ble gjort, så ingen får det som er en annens. Navngi én person, med identiteter som alle er dennes.
problem-statement-title = En lagret erklæring kan ikke leses
problem-statement-text = Versjonen som dataene står under, kan ikke leses lenger. Feilen er vår: den som drifter Ombud, finner grunnen i loggen.
problem-too-large-title = For mye på én gang
problem-too-large-text = Et innhold kan ha 1 MiB, og en linje i en bunke 16 KiB. Send mindre om gangen.
problem-too-young-title = Personen er for ung til å samtykke
problem-too-young-text = Aktiviteten tar bare imot samtykke fra en viss alder. Spør den som har foreldreansvar.
problem-unavailable-title = Det kan ikke gjøres nå
problem-unavailable-text = Dataene eller nøklene kunne ikke nås, eller var opptatt. Send det igjen om litt, med samme `Idempotency-Key`.
problem-undeclared-title = Erklæringen nevner ikke disse dataene
problem-undeclared-text = Det ingen aktivitet nevner, lagres ikke: en samling, et felt, en verdi eller en hendelse står ikke i erklæringen. `refusals` lister opp hver av dem med hva du kan gjøre.
problem-under-way-title = Det samme kallet er i gang
problem-under-way-text = Et kall med denne `Idempotency-Key` blir utført. Vent på svaret, eller send dette igjen om litt: det virker én gang.
problem-unknown-activity-title = Aktiviteten finnes ikke
problem-unknown-activity-text = Erklæringen nevner ingen aktivitet med det navnet, og det den ikke nevner, blir ikke gjort. Navngi en som den nevner.
