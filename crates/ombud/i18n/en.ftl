# The words of the frame around the statement, in English. nb.ftl has the same keys.

skip = Skip to the content
brand-privacy = Privacy
nav-label = Pages
nav-statement = Statement
nav-board = Is it true?
nav-forecast = Forecast
nav-cookies = Cookies
nav-versions = Versions
language-label = Language

foot-contact = Contact us about privacy
foot-complain = Complain
foot-complain-text = You can complain about how we use your data to
foot-pages = Pages
foot-request = Make a privacy request
foot-made = Published with Ombud, from the rules that decide and delete.
demonstration = Demonstration.
demonstration-text = The people are made up, and the statement is told in our own words: this is not the site of the company it names.

section = Section { $number }
statement-updated = Last updated
statement-version = Version
statement-superseded = This version is no longer in force.
statement-current = Read the one that is
statement-hint = Each section carries the rule that its underlined words are made of. The same rule decides, deletes and answers.
toc-label = Sections
toc-title = On this page
toc-broken = has a broken promise
truth-question = Is this statement true right now?
truth-go = See the promise board

rule-margin = The rules behind section { $number }
rule-behind = The rule behind this
rule-activity = Activity
rule-basis = Legal basis
rule-keep = Kept
rule-recipients = Shared with
rule-decided = Decided
rule-owner = Owner: { $owner }. Reviewed again on { $review }.

board-title = Promise board
board-question = Is our privacy statement true right now?
board-measured = Measured
board-how = The figures come from the data itself; a job that is set up proves nothing.
board-read = Read the section
board-empty = No promise is in this state.
answer-kept = Yes. { $count ->
    [one] The one promise is kept.
   *[other] All { $count } promises are kept.
  }
answer-broken = No. { $count ->
    [one] One promise is broken.
   *[other] { $count } promises are broken.
  }
answer-unproven = Not all of it is proven. { $count ->
    [one] Of one promise we cannot say whether it is kept.
   *[other] Of { $count } promises we cannot say whether they are kept.
  }
answer-unknown = We do not know yet: nothing has been proven.
verdict-kept = Kept
verdict-broken = Broken
verdict-unproven = Unproven
verdict-kept-count = { $count } kept
verdict-broken-count = { $count } broken
verdict-unproven-count = { $count } unproven
show-label = Show promises
show-all = All promises
age-oldest = Oldest record
age-within = { $age } days old; at most { $cap } are allowed
age-over = { $age } days old, although at most { $cap } are allowed

figure-records = Records
figure-opened = Opened
figure-asked = Opt-outs asked about
figure-overdue = Overdue
figure-worst-lag = Worst lag
figure-undeclared = With undeclared fields
figure-without-basis = Without a basis
figure-consented = Consents in force
figure-withdrawn = Withdrawals
figure-objected = Objections
figure-yes-without-consent = Yes without consent
figure-yes-after-objection = Yes after objection
figure-after-opt-out = Left after opt-out
figure-recipients = Recipients
figure-exempt = Held or restricted
figure-endless = Without a known end
figure-gathering = Under a pseudonym in statistics
figure-gathering-for = For how long at most
figure-versions = Versions
figure-gaps = Gaps found
figure-sections = Sections shown
figure-details = Details shown
figure-processors = Processors
figure-lacking = Lacking
figure-expired = Run out
figure-verified = Verified
figure-entries = Entries

effect-worse = Less protection
effect-better = More protection
effect-judge = For a person to judge
effect-same = Same protection

versions-title = Versions of this statement
versions-lead = Every version that has been or will be in force here, what it changed, and what the change means for you.
versions-current = In force
versions-planned = To come
versions-first = The first version.
versions-read = Read this version
versions-compare = Compare the wording
diff-title = What changed
diff-range = From { $from } to { $to }
diff-effects = What it means for you
diff-wording = The wording
diff-added = Added
diff-removed = Removed
diff-none = No rule changed.

cookies-title = Cookies
cookies-lead = Every cookie that we use: what it is for, how long it is stored, and who receives its data.
cookies-purpose = Purpose
cookies-keep = Stored for
cookies-recipient = Received by
cookies-essential = Always on: the site needs them
cookies-asked = Only if you say yes

forecast-title = What we delete, and when
forecast-lead = { $total } records reach the end of their time within { $months } months, by the rules of the statement as they are today.
forecast-as-of = As of
forecast-chart = Records that become due, month by month
forecast-caption = The first bar is what is due already and waits for the next sweep.
forecast-now = Due
forecast-overdue = Due now
forecast-by-activity = By activity
forecast-activity = Activity
forecast-total = Total

error-absent-title = There is no such page
error-absent-text = The address may be mistyped, or the page may not be published here.
error-refused-title = This request was refused
error-refused-text = Nothing was changed. Go back, and try again from our own pages.
error-unready-title = Not ready yet
error-unready-text = We are starting up, or older data was put back and is being brought up to date. Try again in a moment.
error-failed-title = Something went wrong
error-failed-text = The fault is ours, and it has been noted. Try again in a moment.
error-home = Read the statement

date = { $day } { $month } { $year }
moment = { $day } at { $clock }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
span-none = none
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
  }
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
  }
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
  }
span-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
  }

filling-title = Four years in a moment
filling-text = Synthetic people are moving in: what they chose, what they handed in, and when. This page shows up by itself as soon as everyone is there.
filling-read = Read the statement meanwhile

problem-type = Type
problems-title = What the API says no to
problems-lead = Every problem that a call can meet, what it means, and what to do. A program finds the address of its page in `type`.
problems-all = All problems
problems-go = See all problems
problem-absent-title = There is no such thing
problem-absent-text = There is nothing of that name or id, or your key does not reach it: the two are answered alike. Check the id, and which activities the key is bound to.
problem-anchor-title = An event that belongs to nothing
problem-anchor-text = A fact that clocks count from belongs to a record, or to all that a person has in a collection. Send `record`, or `subject` with `collection`.
problem-another-controller-title = Another is controller
problem-another-controller-text = Another organisation decides about this activity, and we act for it. Direct the person, or the question, to that controller.
problem-answer-title = The earlier answer cannot be read
problem-answer-text = The call was carried out before, but the answer that was kept cannot be read. It is not carried out again. The fault is ours; look up what it did.
problem-behind-title = Older data is being brought up to date
problem-behind-text = A copy of the data was put back, and what it has missed is being carried out again. Until then nobody in it is shown or changed. Wait for the sweep, or run `ombud sweep`.
problem-body-title = The body is not what is expected
problem-body-text = It is not JSON, or a key or value is not one that the call takes. `detail` says which. Send `content-type: application/json` and the keys of the description.
problem-consent-outdated-title = The consent was for something else
problem-consent-outdated-text = It was given for other purposes, data or recipients than today’s. Ask again, with the statement in force.
problem-consent-withdrawn-title = The consent was withdrawn
problem-consent-withdrawn-text = The person took back their consent, and it counts at once. Only a new consent opens the way again.
problem-date-title = That is not a day
problem-date-text = Write a day as year, month and day, such as 2026-03-18.
problem-evidence-title = The evidence is not what was signed
problem-evidence-text = Something in the log was changed, cut or put in. Nothing is proved until a person has looked at it: whoever runs Ombud should run `ombud evidence verify`.
problem-not-demonstrated-title = The consent does not say how it was asked for
problem-not-demonstrated-text = Whoever relies on a consent must be able to show it (Article 7(1) of the GDPR). Send the language in which the person was asked, and the channel.
problem-not-worded-title = The statement does not ask in that wording
problem-not-worded-text = The wording that was shown is taken from the statement, in the language that was told. It has none in that language, or none that is called as the notice says. Send the name of one that it has, or the name or hash of a wording of your own, as the notice.
problem-future-act-title = The act lies in the future
problem-future-act-text = What a person chooses is recorded when it has been done. Send it then, or correct its time.
problem-idempotency-key-title = A key that cannot be used
problem-idempotency-key-text = An `Idempotency-Key` has 1 to 255 visible characters. A UUID will do.
problem-identity-title = The person cannot be told by that
problem-identity-text = The identity is of a kind that the statement does not declare, or its value is not one of its kind, or none is given. Name the person by identities that the statement declares.
problem-key-needed-title = A key is needed
problem-key-needed-text = Calls about personal data carry `Authorization: Bearer …`. None came with this call, or it works no longer. `ombud key add` makes one.
problem-key-not-bound-title = The key is not bound to that activity
problem-key-not-bound-text = A key reads and writes only the activities that it was made for. Ask whoever runs Ombud for a key that is bound to this one.
problem-key-reused-title = The key of the call belongs to another one
problem-key-reused-text = It was sent before with another call or another body, so this call was not carried out. Choose a new key for every new call.
problem-legal-hold-title = A legal hold keeps the record
problem-legal-hold-text = It is needed for a legal claim, so nothing of it is changed or erased. End the hold first: tell `legal_hold` with its `reason` and `ends`.
problem-no-basis-title = No legal basis applies
problem-no-basis-text = None of the bases of the activity applies to the state in which the person is. Tell the state if it has changed, or leave the data alone.
problem-no-consent-title = The person has not consented
problem-no-consent-text = The activity rests on consent, and there is none. Ask for it, and tell the answer to the ledger.
problem-no-consent-asked-title = The activity asks for no consent
problem-no-consent-asked-text = It rests on another basis, so there is no consent to give or withdraw. Record an objection instead.
problem-no-device-consent-title = Their device needs consent
problem-no-device-consent-text = Storing or reading on a person’s device needs their consent, unless it is strictly necessary for what they asked for.
problem-no-marketing-consent-title = Electronic marketing needs consent
problem-no-marketing-consent-text = Messages by e-mail and the like need the consent of the person, or the exception for existing customers, and neither is there.
problem-no-right-to-object-title = There is no right to object here
problem-no-right-to-object-text = The basis that carries this person’s data gives no right to object. Where it is consent, record a withdrawal; a restriction can be asked for in any case.
problem-no-special-condition-title = Special categories need more
problem-no-special-condition-text = Data on health, belief, union membership and the like needs a condition of Article 9(2) besides the basis, and none applies.
problem-not-told-title = The person has not been told
problem-not-told-text = Before a restriction is lifted, or an objection rejected, the person must be told. Tell them, and give the reference of that notice (`notice`).
problem-objected-to-marketing-title = The person objected to direct marketing
problem-objected-to-marketing-text = The objection is absolute, and nothing weighs against it. Only a later consent of the person opens the way again.
problem-objection-pending-title = An objection is being assessed
problem-objection-pending-text = Until it is decided whether compelling grounds override it, the data is not used for this. Decide it: `uphold` or `reject`.
problem-objection-upheld-title = The objection was upheld
problem-objection-upheld-text = The person’s interests weigh more than ours, so the data is not used for this.
problem-query-title = The address asks for something unknown
problem-query-text = A parameter of the address is not one that the call takes, or its value is not. The description of the call lists them.
problem-receipt-title = The receipt is not genuine
problem-receipt-text = It was changed, or it was not signed for this log. Send the `receipt` as it was given.
problem-remaining-title = It was still there
problem-remaining-text = What was to be erased was there when it was read back, so no success is told. The sweep tries again, and so may you.
problem-restricted-title = Processing is restricted
problem-restricted-text = The person asked for it, or objected and is waiting for an answer. Until it is lifted the data is only stored, and used as Article 18(2) allows. Lift the restriction first, once the person was told.
problem-retention-passed-title = Its time has passed
problem-retention-passed-text = The data was kept for as long as the statement says, and may not be used any more. What a law keeps is shown for the purpose of that law alone (`only_for`).
problem-several-people-title = The identities belong to different people
problem-several-people-text = Nothing was done, so that nobody gets what is another’s. Name one person, by identities that are all theirs.
problem-statement-title = A stored statement cannot be read
problem-statement-text = The version that the data is under does not read any more. The fault is ours: whoever runs Ombud finds the reason in the log.
problem-too-large-title = Too much at once
problem-too-large-text = A body may have 1 MiB, and a line of a batch 16 KiB. Send less at a time.
problem-too-young-title = The person is too young to consent
problem-too-young-text = The activity accepts consent from a certain age only. Ask whoever has parental responsibility.
problem-unavailable-title = It cannot be done now
problem-unavailable-text = The data or its keys could not be reached, or stayed busy. Send it again in a moment, with the same `Idempotency-Key`.
problem-undeclared-title = The statement does not declare this data
problem-undeclared-text = What no activity declares is not stored: a collection, a field, a value or an event is not in the statement. `refusals` lists each with what to do.
problem-under-way-title = The same call is under way
problem-under-way-text = A call with this `Idempotency-Key` is being carried out. Wait for its answer, or send this again in a moment: it acts once.
problem-unknown-activity-title = There is no such activity
problem-unknown-activity-text = The statement declares no activity of that name, and what it does not declare is not done. Name one that it declares.
