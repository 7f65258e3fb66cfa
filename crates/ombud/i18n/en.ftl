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
effect-wording = Wording only

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
diff-before = Before
diff-after = Now
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
