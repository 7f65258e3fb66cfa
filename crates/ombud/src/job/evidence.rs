//! Brings entries into the log, and verifies all evidence from time to time.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::Clock;
use crate::flow::Ombud;

/// How often new entries are brought into the log.
const BEAT: Duration = Duration::from_secs(1);
/// After so many beats every chain is asked, for what others wrote and what a crash left.
const ALL: u32 = 60;
/// How long a verification rests; the board calls one stale after a day.
const REST: Duration = Duration::from_hours(6);

/// Integrates for ever: at once everything that waits, then what was written a moment ago.
pub async fn integrate(ombud: Ombud) {
    let mut before = BTreeSet::new();
    let mut beat = 0;
    loop {
        let now = ombud.store.take_appended();
        // An entry may not have been committed yet when its chain was named: it is asked twice.
        let chains: BTreeSet<_> = before.union(&now).copied().collect();
        let asked = (beat > 0).then_some(&chains);
        if asked.is_none_or(|chains| !chains.is_empty()) {
            match ombud.integrate(asked).await {
                Ok(0) => {}
                Ok(added) => tracing::debug!(added, "the log grew"),
                Err(error) => tracing::error!(%error, "entries could not be brought into the log"),
            }
        }
        (before, beat) = (now, (beat + 1) % ALL);
        tokio::time::sleep(BEAT).await;
    }
}

/// Verifies for ever: at once, and after every rest.
pub async fn verify(ombud: Ombud, clock: Clock) {
    loop {
        match ombud.verify_evidence(clock.now()).await {
            Ok(check) => {
                if let Some(problem) = check.problem {
                    tracing::error!(%problem, "the evidence is broken");
                } else {
                    tracing::info!(entries = check.entries, "the evidence is intact");
                }
            }
            Err(error) => tracing::error!(%error, "the evidence could not be verified"),
        }
        tokio::time::sleep(REST).await;
    }
}
