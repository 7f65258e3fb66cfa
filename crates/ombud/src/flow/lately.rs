//! What anyone may ask for and takes all of the data to measure: measured once for all who ask.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use ombud_store::StoreError;
use tokio::runtime::Handle;

use super::FlowError;

/// How old a measurement may be before someone who asks has it taken anew.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(1);

/// The last measurement of what a `K` asks for.
#[derive(Debug)]
pub(super) struct Lately<K, T> {
    last: RwLock<Option<Taken<K, T>>>,
    under_way: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Taken<K, T> {
    of: K,
    at: Timestamp,
    found: Arc<T>,
}

impl<K, T> Default for Lately<K, T> {
    fn default() -> Self {
        Self {
            last: RwLock::new(None),
            under_way: tokio::sync::Mutex::new(()),
        }
    }
}

impl<K: PartialEq, T> Lately<K, T> {
    /// The last measurement of this, with its instant, however old.
    pub(super) fn last(&self, of: &K) -> Option<(Timestamp, Arc<T>)> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        let taken = last.as_ref().filter(|taken| taken.of == *of)?;
        Some((taken.at, Arc::clone(&taken.found)))
    }

    /// The last measurement if it is fresh, or a new one. While one is under way the last is given,
    /// and only those wait who would have nothing. It is taken away from the threads that serve
    /// requests: measuring on the embedded database never lets go of its thread.
    pub(super) async fn get<F>(
        &self,
        of: K,
        now: Timestamp,
        measure: F,
    ) -> Result<Arc<T>, FlowError>
    where
        F: Future<Output = Result<T, FlowError>> + Send + 'static,
        T: Send + 'static,
    {
        let fresh = |(at, _): &(Timestamp, Arc<T>)| now.duration_since(*at).abs() < FRESH_FOR;
        let last = self.last(&of);
        if let Some((_, found)) = last.as_ref().filter(|last| fresh(last)) {
            return Ok(Arc::clone(found));
        }
        let alone = match (self.under_way.try_lock(), last) {
            (Ok(alone), _) => alone,
            (Err(_), Some((_, found))) => return Ok(found),
            (Err(_), None) => self.under_way.lock().await,
        };
        if let Some((_, found)) = self.last(&of).filter(fresh) {
            return Ok(found);
        }
        let runtime = Handle::current();
        let measured = tokio::task::spawn_blocking(move || runtime.block_on(measure)).await;
        let found = Arc::new(measured.map_err(|_| StoreError::Closed)??);
        let taken = Taken {
            of,
            at: now,
            found: Arc::clone(&found),
        };
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        drop(alone);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn found(lately: &Lately<u8, u8>, of: u8, at: i64, value: u8) -> u8 {
        let measure = async move { Ok(value) };
        *lately.get(of, second(at), measure).await.unwrap()
    }

    #[tokio::test]
    async fn a_measurement_is_given_to_all_for_a_minute() {
        let lately = Lately::default();
        assert!(lately.last(&0).is_none());
        for (at, value, want) in [(0, 1, 1), (59, 2, 1), (60, 3, 3), (1, 4, 3), (0, 5, 5)] {
            assert_eq!(found(&lately, 0, at, value).await, want, "at {at}");
        }
        assert_eq!(found(&lately, 1, 0, 6).await, 6, "another question");
    }

    #[tokio::test]
    async fn whoever_asks_meanwhile_gets_the_last_and_a_failure_keeps_it() {
        let lately = Arc::new(Lately::default());
        assert_eq!(found(&lately, 0, 0, 1).await, 1);
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let slow = {
            let lately = Arc::clone(&lately);
            tokio::spawn(async move {
                let measure = async move {
                    gone.await.ok();
                    Err(FlowError::NotFound("measurement"))
                };
                lately.get(0, second(100), measure).await
            })
        };
        while lately.under_way.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        assert_eq!(found(&lately, 0, 100, 2).await, 1);
        go.send(()).unwrap();
        assert!(slow.await.unwrap().is_err());
        assert_eq!(lately.last(&0).map(|(at, _)| at), Some(second(0)));
    }
}
