//! What runs by itself: the sweep. A job takes no input, looks at the data anew, and calls a flow.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::flow::Ombud;
use crate::flow::statement::Timeline;

/// How long a sweep rests when nothing wakes it.
const REST: Duration = Duration::from_mins(1);

/// Sweeps for ever under the version in force: at once, whenever `wake` is told, and after every rest.
pub async fn sweep(versions: Timeline<Ombud>, clock: Clock, wake: Arc<Notify>) {
    loop {
        let now = clock.now();
        match versions.at(now).sweep(now).await {
            Ok(swept) if swept.remaining > 0 => {
                let remaining = swept.remaining;
                tracing::error!(remaining, "records are still there after a sweep");
            }
            Ok(swept) if swept.due > 0 || swept.people > 0 => {
                tracing::info!(
                    due = swept.due,
                    erased = swept.erased,
                    anonymised = swept.anonymised,
                    reduced = swept.reduced,
                    people = swept.people,
                    "swept"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the sweep failed and will be tried again"),
        }
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(REST) => {}
        }
    }
}
