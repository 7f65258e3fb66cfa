//! What runs by itself: the sweep, measuring, and what the evidence needs. A job takes no input, looks at the
//! data anew, and calls a flow.

mod evidence;

pub use evidence::{integrate, verify};

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::flow::statement::Timeline;
use crate::flow::sweep::Swept;
use crate::flow::{FlowError, Ombud};
use crate::web::Metrics;

/// The jobs, on a thread of their own. They ask bucket after bucket, and on the embedded database nothing
/// lets go of its thread meanwhile: no call waits for them.
#[derive(Debug)]
pub struct Jobs {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Jobs {
    /// Begins all of them. `wake` has the sweep look at once.
    ///
    /// # Errors
    ///
    /// When there is no thread to be had.
    pub fn begin(
        ombud: Ombud,
        versions: Timeline<Ombud>,
        clock: Clock,
        wake: Arc<Notify>,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let jobs = async move {
            tokio::join!(
                sweep(versions.clone(), clock.clone(), wake, metrics),
                measure(versions, clock.clone()),
                integrate(ombud.clone()),
                verify(ombud, clock),
            );
        };
        let serve = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = jobs => {}
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("ombud-jobs".to_owned());
        Ok(Self {
            stop,
            thread: thread.spawn(serve)?,
        })
    }

    /// Stops them where they wait next, so that nothing uses the store any more.
    pub fn end(self) {
        drop(self.stop);
        let _ = self.thread.join().is_ok();
    }
}

/// How long a sweep rests when nothing wakes it.
const REST: Duration = Duration::from_mins(1);

/// Sweeps for ever under the version in force: at once, whenever `wake` is told, and after every rest.
pub async fn sweep(
    versions: Timeline<Ombud>,
    clock: Clock,
    wake: Arc<Notify>,
    metrics: Arc<Metrics>,
) {
    loop {
        let now = clock.now();
        match sweep_once(versions.at(now), now, &metrics).await {
            Ok(swept) if swept.remaining > 0 => {
                let remaining = swept.remaining;
                tracing::error!(remaining, "records are still there after a sweep");
            }
            Ok(swept) if swept.due > 0 || swept.people > 0 => {
                tracing::info!(
                    due = swept.due,
                    erased = swept.erased,
                    anonymised = swept.anonymised,
                    gathering = swept.gathering,
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

/// Sweeps once, and counts what came of it.
///
/// # Errors
///
/// [`FlowError`] when the sweep failed; that is counted too.
pub async fn sweep_once(
    ombud: &Ombud,
    now: Timestamp,
    metrics: &Metrics,
) -> Result<Swept, FlowError> {
    let swept = ombud.sweep(now).await;
    match &swept {
        Ok(swept) => metrics.swept(now, swept),
        Err(_) => metrics.sweep_failed(),
    }
    swept
}

/// How often the board is measured when nobody asks for it.
const MEASURING: Duration = Duration::from_mins(10);

/// Measures the board for ever under the version in force, so that its figures are never old.
pub async fn measure(versions: Timeline<Ombud>, clock: Clock) {
    loop {
        let now = clock.now();
        if let Err(error) = versions.at(now).board_lately(now).await {
            tracing::error!(%error, "the board could not be measured and will be tried again");
        }
        tokio::time::sleep(MEASURING).await;
    }
}
