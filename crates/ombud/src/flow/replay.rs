//! A copy of the data that was put back: what it has missed is carried out again, before anybody in it is
//! shown or changed.

use jiff::{SignedDuration, Timestamp};
use ombud_store::{JournalEntry, Journalled, OptOut, RecordId, RecordState, StoreError};

use super::end::Ended;
use super::ledger::Told;
use super::{FlowError, Ombud};

/// An erasure of a record that began less than this ago may still be under way.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);

/// How an act reached us that the journal remembered.
const CHANNEL: &str = "journal";

impl Ombud {
    /// Looks how far the data has followed the journal, and opens the gate if that is far enough.
    /// Returns what has still to be carried out.
    pub(super) async fn follow(&self, now: Timestamp) -> Result<Vec<JournalEntry>, FlowError> {
        let store = self.store.clone();
        let followed = tokio::task::spawn_blocking(move || store.follow(now)).await;
        Ok(followed.map_err(|_| StoreError::Closed)??)
    }

    /// Carries out what this data has missed, because it is a copy that was put back or because a
    /// crash came in between, and opens the gate.
    pub(super) async fn replay(&self, now: Timestamp) -> Result<Ended, FlowError> {
        let behind = self.store.is_behind();
        let through = Self {
            store: self.store.past_gate(),
            ..self.clone()
        };
        let mut ended = Ended::default();
        let mut before = Vec::new();
        loop {
            let missed = self.follow(now).await?;
            // The same again: what could not be done is left to the next sweep.
            if missed.is_empty() || missed == before {
                break;
            }
            for entry in &missed {
                // What only began may have come too early; what older data holds was erased in newer.
                through
                    .again(entry, behind || entry.done, now, &mut ended)
                    .await?;
            }
            before = missed;
        }
        if ended.people > 0 {
            self.scrub().await?;
        }
        Ok(ended)
    }

    async fn again(
        &self,
        entry: &JournalEntry,
        surely: bool,
        now: Timestamp,
        ended: &mut Ended,
    ) -> Result<(), FlowError> {
        match &entry.what {
            Journalled::Person(subject) => {
                let carried = self.carry_out(entry.seq, *subject, surely, now);
                ended.count(carried.await?);
            }
            Journalled::Record(_, record) => {
                if surely || now.duration_since(entry.begun_at) >= UNDER_WAY {
                    self.erase_again(entry, *record, (surely, now), ended)
                        .await?;
                }
            }
            Journalled::OptOut(opt_out) => self.opt_out_again(opt_out, now).await?,
        }
        Ok(())
    }

    async fn erase_again(
        &self,
        &JournalEntry { seq, begun_at, .. }: &JournalEntry,
        record: RecordId,
        (surely, now): (bool, Timestamp),
        ended: &mut Ended,
    ) -> Result<(), FlowError> {
        match self.carry_out_record(seq, record, surely, now.into()).await {
            Ok(_) => ended.records += 1,
            Err(FlowError::NotFound(_)) => self.store.end_erasure(seq, now).await?,
            // It was done before it was restricted: whoever asks again is told so.
            Err(FlowError::Restricted | FlowError::LegalHold)
                if self.is_reduced(record, begun_at).await? =>
            {
                self.store.end_erasure(seq, now).await?;
            }
            // Whoever asked was not told that it is gone, and may ask again.
            Err(FlowError::Restricted | FlowError::LegalHold) => {
                self.store.drop_erasure(seq).await?;
            }
            Err(FlowError::Remaining(_)) => ended.remaining += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether only what a law asks to keep is left of a record since an instant.
    async fn is_reduced(&self, id: RecordId, since: Timestamp) -> Result<bool, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("record.read_back", id.bucket(), move |tx| {
                let left = tx.record(id)?;
                let reduced = left.is_none_or(|record| record.state == RecordState::Reduced);
                Ok(reduced && tx.is_erased(id, since)?)
            });
        read.await
    }

    /// Lets a choice hold again in the ledger of whoever it is about; where the data knows nobody, with
    /// what the person would be found by.
    async fn opt_out_again(&self, opt_out: &OptOut, now: Timestamp) -> Result<(), FlowError> {
        let (store, asked) = (self.store.clone(), opt_out.clone());
        let look = move || Ok::<_, StoreError>((store.holders(&asked)?, store.lasting(&asked)?));
        let looked = tokio::task::spawn_blocking(look).await;
        let (holders, lasting) = looked.map_err(|_| StoreError::Closed)??;
        let nobody = holders.is_empty();
        for subject in holders {
            let told = Told {
                activity: opt_out.activity.clone(),
                act: opt_out.act,
                at: opt_out.acted_at,
                language: None,
                channel: Some(CHANNEL.to_owned()),
                notice: None,
            };
            self.enter(subject, told, &opt_out.suppressed, now).await?;
        }
        for hash in opt_out.identities.iter().copied().filter(|_| nobody) {
            let (lasting, at) = (lasting.clone(), opt_out.acted_at);
            let write =
                self.store
                    .write::<_, FlowError, _>("suppression.save", hash.bucket(), move |tx| {
                        for activity in &lasting {
                            tx.suppress(hash, activity, at)?;
                        }
                        Ok(())
                    });
            write.await?;
        }
        Ok(())
    }
}
