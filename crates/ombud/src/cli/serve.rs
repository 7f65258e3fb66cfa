//! `ombud serve`.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::Ombud;
use crate::flow::demo::Demonstration;
use crate::job::{Jobs, sweep_once};
use crate::log;
use crate::web::api::Api;
use crate::web::live::Live;
use crate::web::{self, App, Filling, Metrics, Site};

/// What the key of a demonstration is called.
const DEMO_KEY: &str = "demo";

/// Serve pages, API and jobs.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The address to listen on
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "OMBUD_LISTEN"
    )]
    listen: SocketAddr,
    /// Fill an empty data directory with synthetic people over four years
    #[arg(long)]
    demo: bool,
    /// How logs are written; they hold no personal data
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "OMBUD_LOG_FORMAT"
    )]
    log: log::Format,
}

impl Serve {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let colour = std::io::stderr().is_terminal();
        let logs = log::subscriber(self.log, log::levels(), (std::io::stderr, colour));
        // A second call, as in tests, keeps the first subscriber.
        drop(tracing::subscriber::set_global_default(logs));
        let ombud = settings.begin(clock).await?;
        let mut fills = false;
        if self.demo {
            let held = ombud.demonstration().await?;
            refuse_others(held, settings)?;
            fills = held == Demonstration::Empty;
        }
        let demonstration = self.demo || ombud.is_demonstration().await?;
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("cannot listen on {}", self.listen))?;
        let address = listener.local_addr()?;
        let filling = Arc::new(if fills {
            // Only now: whoever cannot listen leaves nothing that was begun.
            ombud.mark_demonstration(false).await?;
            Filling::begun()
        } else {
            Filling::whole()
        });
        let (wake, metrics) = (Arc::new(Notify::new()), Arc::new(Metrics::new()));
        let versions = ombud.clone().timeline(clock.now()).await?;
        let sites = versions.map(|ombud| {
            let pages = Live::new(ombud.clone(), clock.clone(), Arc::clone(&filling));
            let pages = pages.of_demonstration(demonstration);
            let app = App {
                pages: Arc::new(pages),
                metrics: Arc::clone(&metrics),
            };
            let api = Api::new(ombud.clone(), clock.clone(), Arc::clone(&wake));
            Site::new(app, api)
        });
        let mut serving = tokio::spawn(web::serve(listener, sites, clock.clone(), stopped()?));
        out.line(format!("listening on http://{address}"))?;
        if self.demo {
            demo_key(&ombud, clock, out).await?;
        }
        if fills {
            tokio::select! {
                filled = fill(&ombud, clock, (&filling, &metrics), out) => filled?,
                served = &mut serving => {
                    served??;
                    return Ok(Outcome::Done);
                }
            }
        }
        let jobs = Jobs::begin(ombud, versions, clock.clone(), wake, metrics)?;
        let served = serving.await;
        jobs.end();
        served??;
        Ok(Outcome::Done)
    }
}

/// Made-up people never mix with others, and a key for everything is made for nobody else's data.
fn refuse_others(held: Demonstration, settings: &Settings) -> Result<(), InputError> {
    let (data, keys) = (settings.data.display(), settings.keys());
    match held {
        Demonstration::Empty | Demonstration::Whole => Ok(()),
        Demonstration::Begun => Err(InputError(format!(
            "filling in the demonstration was interrupted: remove `{data}` and `{}`, and start again",
            keys.display()
        ))),
        Demonstration::Never => Err(InputError(format!(
            "`{data}` holds data that is no demonstration: leave `--demo` out, or choose another \
             directory with `--data`"
        ))),
    }
}

/// Fills the data with synthetic people, showing how far it is, and sweeps what came due in their
/// four years, which went by in seconds.
async fn fill(
    ombud: &Ombud,
    clock: &Clock,
    (filling, metrics): (&Filling, &Metrics),
    out: &mut Output<'_>,
) -> anyhow::Result<()> {
    let mut shown = None;
    ombud
        .fill_demo(clock.now(), |done, all| {
            let percent = done * 100 / all.max(1);
            if shown != Some(percent) {
                shown = Some(percent);
                // The last percent is the sweep.
                filling.reached(percent.min(99));
                let bar = "#".repeat(usize::try_from(percent / 4).unwrap_or_default());
                out.complain(&format!(
                    "\rfilling with synthetic people [{bar:<25}] {percent:>3} %"
                ));
            }
        })
        .await?;
    let swept = sweep_once(ombud, clock.now(), metrics).await?;
    ombud.mark_demonstration(true).await?;
    out.complain(&format!(
        "\nfirst sweep: {} clocks were past due; {} records erased, {} anonymised, {} counted where too few people are to be anonymous, {} reduced to what a law keeps\n",
        swept.due, swept.erased, swept.anonymised, swept.gathering, swept.reduced,
    ));
    filling.reached(100);
    Ok(())
}

/// A key for everything, for trying the API out: a new one at each start, for none is stored.
async fn demo_key(ombud: &Ombud, clock: &Clock, out: &mut Output<'_>) -> anyhow::Result<()> {
    let everywhere = || Reach::new([EVERY_ACTIVITY.to_owned()]);
    let access = Access {
        read: everywhere(),
        write: everywhere(),
    };
    let token = match ombud.renew_key(DEMO_KEY, clock.now()).await? {
        Some(token) => Some(token),
        None => ombud.add_key(DEMO_KEY, &access, clock.now()).await?,
    };
    if let Some(token) = token {
        out.line(format!("key for the API: {}", token.secret()))?;
    }
    Ok(())
}

/// Resolves when the process is asked to stop; from this call on, it is no longer simply ended.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
