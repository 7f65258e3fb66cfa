//! Figures for operators, in the text format of Prometheus: never about a person, and never more of
//! them than there are routes.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::App;
use super::view::{Tally, Verdict};
use crate::flow::sweep::Swept;

/// The media type of what is answered.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVerdict {
    verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Done {
    action: &'static str,
}

/// Figures that are only known when they are asked for.
#[derive(Debug, Clone)]
pub struct Gauges {
    /// When they were asked for.
    pub now: Timestamp,
    /// Writes that wait, or are under way.
    pub writing: u64,
    /// When the board was measured last, if it was, and what that came to.
    pub promises: Option<(Timestamp, Tally)>,
}

/// What has been counted since the start.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    writing: Gauge,
    records: Family<Done, Counter>,
    remaining: Gauge,
    sweep_failures: Counter,
    swept_at: Gauge<f64, AtomicU64>,
    sweep_lag: Gauge<f64, AtomicU64>,
    promises: Family<OfVerdict, Gauge>,
    measured_at: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// With nothing counted yet.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("ombud"),
            latency: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            requests: Family::default(),
            writing: Gauge::default(),
            records: Family::default(),
            remaining: Gauge::default(),
            sweep_failures: Counter::default(),
            swept_at: Gauge::default(),
            sweep_lag: Gauge::default(),
            promises: Family::default(),
            measured_at: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register(
            "http_requests",
            "Requests answered",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of the answer",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        let text = "Writes that wait, or are under way";
        registry.register("write_queue", text, metrics.writing.clone());
        let text = "Records, and people, that sweeps have ended, by how";
        registry.register("sweep_ended", text, metrics.records.clone());
        let text = "Records that were still there after the last sweep: more than none is an alarm";
        registry.register("sweep_remaining", text, metrics.remaining.clone());
        let text = "Sweeps that failed and were tried again";
        registry.register("sweep_failures", text, metrics.sweep_failures.clone());
        registry.register_with_unit(
            "sweep_last_timestamp",
            "When the last sweep that succeeded began",
            Unit::Seconds,
            metrics.swept_at.clone(),
        );
        registry.register_with_unit(
            "sweep_lag",
            "How long ago that was: what is due waits no longer",
            Unit::Seconds,
            metrics.sweep_lag.clone(),
        );
        let text = "Promises of the statement, by verdict of the last measurement";
        registry.register("promises", text, metrics.promises.clone());
        registry.register_with_unit(
            "promises_measured_timestamp",
            "When that measurement was taken",
            Unit::Seconds,
            metrics.measured_at.clone(),
        );
        metrics
    }

    /// A sweep that began at this instant succeeded.
    pub fn swept(&self, began: Timestamp, swept: &Swept) {
        for (action, count) in [
            ("erased", swept.erased),
            ("anonymised", swept.anonymised),
            ("gathering", swept.gathering),
            ("reduced", swept.reduced),
            ("people", swept.people),
        ] {
            self.records.get_or_create(&Done { action }).inc_by(count);
        }
        self.remaining
            .set(i64::try_from(swept.remaining).unwrap_or(i64::MAX));
        self.swept_at.set(seconds(began));
    }

    /// A sweep failed.
    pub fn sweep_failed(&self) {
        self.sweep_failures.inc();
    }

    fn measured(&self, tally: &Tally) {
        for verdict in Verdict::ALL {
            let count = i64::try_from(tally.count(verdict)).unwrap_or(i64::MAX);
            let of = OfVerdict {
                verdict: verdict.name(),
            };
            self.promises.get_or_create(&of).set(count);
        }
    }

    fn answered(&self, method: &'static str, route: String, status: u16, took: Duration) {
        let latency = self.latency.get_or_create(&Route {
            route: route.clone(),
        });
        latency.observe(took.as_secs_f64());
        drop(latency);
        let answered = Answered {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&answered).inc();
    }

    /// What is counted of the answers to a route that are all right.
    pub(super) fn well(&self, method: &'static str, route: &'static str) -> Well {
        let answered = Answered {
            method,
            route: route.to_owned(),
            status: StatusCode::OK.as_u16(),
        };
        let of_route = Route {
            route: route.to_owned(),
        };
        Well {
            method,
            route,
            requests: self.requests.get_or_create_owned(&answered),
            latency: self.latency.get_or_create_owned(&of_route),
        }
    }

    /// All figures as text, with those that are only known when asked for.
    fn text(&self, gauges: &Gauges) -> Result<String, std::fmt::Error> {
        self.writing
            .set(i64::try_from(gauges.writing).unwrap_or(i64::MAX));
        let began = self.swept_at.get();
        if began > 0.0 {
            self.sweep_lag.set((seconds(gauges.now) - began).max(0.0));
        }
        if let Some((at, tally)) = &gauges.promises {
            self.measured_at.set(seconds(*at));
            self.measured(tally);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Figures of one route that are at hand: where most calls go, looking them up each time would be felt.
#[derive(Debug)]
pub(super) struct Well {
    method: &'static str,
    route: &'static str,
    requests: Counter,
    latency: Histogram,
}

impl Well {
    /// One more was answered.
    pub(super) fn answered(&self, took: Duration) {
        self.latency.observe(took.as_secs_f64());
        self.requests.inc();
        log(self.method, self.route, StatusCode::OK, took);
    }
}

fn seconds(at: Timestamp) -> f64 {
    Duration::from_millis(u64::try_from(at.as_millisecond()).unwrap_or_default()).as_secs_f64()
}

/// `GET /metrics`.
pub(super) async fn show(State(app): State<App>) -> Response {
    match app.metrics.text(&app.pages.gauges()) {
        Ok(text) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Counts every answer and logs it, by route: an address may hold what its sender put there.
pub(super) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let method = name(request.method());
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status(), began.elapsed());
    log(method, &route, status, took);
    metrics.answered(method, route, status.as_u16(), took);
    response
}

fn log(method: &'static str, route: &str, status: StatusCode, took: Duration) {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    // That it cannot serve just now is told where it is found out.
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(method, route, status = status.as_u16(), millis, "answered");
    } else {
        tracing::debug!(method, route, status = status.as_u16(), millis, "answered");
    }
}

/// The method, if it is a known one: anyone may send others.
fn name(method: &axum::http::Method) -> &'static str {
    ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}
