//! `ombud serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tracing_subscriber::EnvFilter;

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;
use crate::job;
use crate::web::api::{self, Api};
use crate::web::{self, App};

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
    /// Print logs as JSON
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        logs(self.log_json);
        let ombud = settings.ombud(clock).await?;
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("cannot listen on {}", self.listen))?;
        let address = listener.local_addr()?;
        if self.demo {
            fill(&ombud, clock, out).await?;
            demo_key(&ombud, clock, out).await?;
        }
        let wake = Arc::new(Notify::new());
        let versions = ombud.timeline(clock.now()).await?;
        let sweeping = job::sweep(versions.clone(), clock.clone(), Arc::clone(&wake));
        let sweeping = tokio::spawn(sweeping);
        let routers = versions.map(|ombud| {
            let pages = Arc::new(web::live::Live::new(ombud.clone(), clock.clone()));
            let api = Api::new(ombud.clone(), clock.clone(), Arc::clone(&wake));
            let api = api::router(api);
            web::router(App { pages }, api)
        });
        out.line(format!("listening on http://{address}"))?;
        axum::serve(listener, web::in_force(routers, clock.clone()))
            .with_graceful_shutdown(stopped())
            .await?;
        sweeping.abort();
        Ok(Outcome::Done)
    }
}

/// Fills the data with synthetic people, showing how far it is.
async fn fill(
    ombud: &crate::flow::Ombud,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<()> {
    let mut shown = 0;
    let filled = ombud
        .fill_demo(clock.now(), |done, all| {
            let percent = done * 100 / all.max(1);
            if percent != shown {
                shown = percent;
                let bar = "#".repeat(usize::try_from(percent / 4).unwrap_or_default());
                out.complain(&format!(
                    "\rfilling with synthetic people [{bar:<25}] {percent:>3} %"
                ));
            }
        })
        .await?;
    if filled {
        // Years went by in seconds: what came due in them is erased before anyone looks.
        ombud.sweep(clock.now()).await?;
        out.complain("\n");
    } else {
        out.complain("the data directory is not empty: nothing was filled in\n");
    }
    Ok(())
}

/// A key for everything, for trying the API out: a new one at each start, for none is stored.
async fn demo_key(
    ombud: &crate::flow::Ombud,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<()> {
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

fn logs(json: bool) {
    let filter = EnvFilter::try_from_env("OMBUD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call, as in tests, keeps the first subscriber.
    let set = if json {
        logs.json().try_init()
    } else {
        logs.try_init()
    };
    drop(set);
}

/// Resolves when the process is asked to stop.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
