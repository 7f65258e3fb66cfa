//! Listening: connections are dealt out among threads, one for each processor, and stay there.
//!
//! A request then never waits for another thread to wake, and nothing that it touches moves between
//! processors. What runs by itself, and whatever takes long, has other threads.

use std::convert::Infallible;
use std::io;
use std::net::TcpStream as Stream;
use std::sync::Arc;
use std::thread;

use axum::body::Body;
use axum::extract::Request;
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};

use super::Site;
use crate::clock::Clock;
use crate::flow::statement::Timeline;

/// Serves until `stopped`, and until what was asked before then is answered. Each request goes to the site of the
/// version that is in force when it comes in: a version that is stored ahead of its day applies from
/// its first instant on, without a restart.
///
/// # Errors
///
/// When the machine has no more threads.
pub async fn serve(
    mut listener: TcpListener,
    sites: Timeline<Site>,
    clock: Clock,
    stopped: impl Future<Output = ()>,
) -> io::Result<()> {
    let sites = Arc::new((sites, clock));
    let many = thread::available_parallelism()?.get();
    let workers: Vec<_> = (0..many)
        .map(|_| Worker::start(Arc::clone(&sites)))
        .collect::<io::Result<_>>()?;
    let deal = async {
        loop {
            let (stream, _) = Listener::accept(&mut listener).await;
            let freest = workers.iter().min_by_key(|worker| worker.busy());
            // Whoever calls a machine that cannot take them is hung up on.
            if let (Some(worker), Ok(stream)) = (freest, stream.into_std()) {
                worker.take(stream);
            }
        }
    };
    tokio::select! {
        () = deal => {}
        () = stopped => {}
    }
    drop(listener);
    for worker in workers {
        worker.end().await;
    }
    Ok(())
}

type Sites = Arc<(Timeline<Site>, Clock)>;

/// A connection, and what is counted of those that are open.
type Dealt = (Stream, Arc<()>);

struct Worker {
    connections: mpsc::UnboundedSender<Dealt>,
    open: Arc<()>,
    ended: oneshot::Receiver<()>,
}

impl Worker {
    fn start(sites: Sites) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (connections, dealt) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("ombud-serve".to_owned())
            .spawn(move || {
                runtime.block_on(work(dealt, sites));
                drop(end);
            })?;
        Ok(Self {
            connections,
            open: Arc::default(),
            ended,
        })
    }

    fn busy(&self) -> usize {
        Arc::strong_count(&self.open)
    }

    fn take(&self, stream: Stream) {
        let dealt = (stream, Arc::clone(&self.open));
        let _ = self.connections.send(dealt).is_ok();
    }

    /// Lets every connection finish what it is at.
    async fn end(self) {
        drop(self.connections);
        let _ = self.ended.await.is_ok();
    }
}

async fn work(mut dealt: mpsc::UnboundedReceiver<Dealt>, sites: Sites) {
    let open = GracefulShutdown::new();
    let server = auto::Builder::new(TokioExecutor::new());
    while let Some((stream, counted)) = dealt.recv().await {
        let Ok(stream) = TcpStream::from_std(stream) else {
            continue;
        };
        let sites = Arc::clone(&sites);
        let service = tower::service_fn(move |request: Request<_>| {
            let sites = Arc::clone(&sites);
            async move {
                let (sites, clock) = &*sites;
                let site = sites.always();
                let site = site.unwrap_or_else(|| sites.at(clock.now()));
                Ok::<_, Infallible>(site.answer(request.map(Body::new)).await)
            }
        });
        let service = TowerToHyperService::new(service);
        let connection = server.serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection.into_owned());
        tokio::spawn(async move {
            // That a peer went away is nobody's fault.
            let _ = connection.await.is_ok();
            drop(counted);
        });
    }
    open.shutdown().await;
}
