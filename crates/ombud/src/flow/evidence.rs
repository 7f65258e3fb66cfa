//! Evidence: entries with the facts, one log over all of them, proofs from it, and its verification.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::access::Sight;
use ombud_core::evidence::{
    Broken, Chain, ChainCheck, Checkpoint, Done, Edge, Entry, Fact, Hash, LogCheck, Proof, Reached,
    Receipt, Resource, Stored, TileId, Verified, leaf, merkle, whole,
};
use ombud_store::{
    Bucket, EvidenceCheck, LogHead, LogLeaf, Place, RecordId, Store, StoreError, SubjectId, Tx,
};

use super::subject::SubjectRef;
use super::{FlowError, Ombud};

/// How many entries one transaction takes in, or reads.
const STEP: u32 = 1_000;

/// An entry, and where the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the log, from 0; none while it waits.
    pub leaf: Option<u64>,
    /// The entry.
    pub entry: Entry,
}

/// Tells the evidence what was done with a record, in the transaction that does it; of one that is shown,
/// what for.
pub(super) fn of_record(
    tx: &mut Tx<'_>,
    (done, shown_for): (Done, Option<Sight>),
    (subject, record): (SubjectId, RecordId),
    collection: &str,
    at: Timestamp,
) -> Result<Entry, FlowError> {
    let fact = Fact::Record {
        done,
        subject: tx.pseudonym(subject)?,
        record: tx.pseudonym_of_record(subject, record)?,
        collection: collection.to_owned(),
        shown_for,
    };
    Ok(tx.append_evidence(at, fact)?)
}

/// Tells the evidence that a person's key is about to be destroyed, once: while the person is known.
pub(super) fn of_end(tx: &mut Tx<'_>, subject: SubjectId, at: Timestamp) -> Result<(), FlowError> {
    if tx.subject_since(subject)?.is_none() {
        return Ok(());
    }
    match tx.pseudonym(subject) {
        Ok(subject) => drop(tx.append_evidence(at, Fact::KeyDestroyed { subject })?),
        // Destroyed before, as in a copy that was put back: that was told then.
        Err(StoreError::KeyDestroyed) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

impl Ombud {
    /// The receipt of an entry, as its person gets it at once.
    pub fn receipt(&self, entry: &Entry) -> Receipt {
        Receipt::new(entry, &self.store.log_key())
    }

    /// Brings the entries of these chains, or of all, that the log does not hold yet into it, and
    /// returns how many. Whoever stops half-way, or does it at the same time, takes none in twice.
    ///
    /// # Errors
    ///
    /// [`FlowError::Evidence`] when the log is not the one that was signed before: then nothing is
    /// added, and nothing signed.
    pub async fn integrate(&self, chains: Option<&BTreeSet<Chain>>) -> Result<u64, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.cursors", Place::Home, |tx| {
                Ok((tx.log_head()?, tx.log_cursors()?))
            });
        let (head, cursors) = read.await?;
        let mut added = 0;
        let mut waiting = Vec::new();
        for chain in self.behind(chains, &cursors).await? {
            let mut place = cursors.get(&chain).copied().unwrap_or_default();
            loop {
                let page = self.entries(chain, place, STEP).await?;
                place = page.last().map_or(place, |entry| entry.place);
                let full = page.len() == usize::try_from(STEP).unwrap_or(usize::MAX);
                waiting.extend(page.iter().map(|entry| (chain, entry.place, entry.hash)));
                if waiting.len() >= usize::try_from(STEP).unwrap_or(usize::MAX) {
                    added += self.take_in(std::mem::take(&mut waiting)).await?;
                }
                if !full {
                    break;
                }
            }
        }
        // What a crash left: a checkpoint that was signed, but not kept apart.
        let kept = self.kept().await?.map_or(0, |kept| kept.size);
        if !waiting.is_empty() || added == 0 && kept != head.size {
            added += self.take_in(waiting).await?;
        }
        Ok(added)
    }

    /// The chains that hold more than has come into the log.
    async fn behind(
        &self,
        chains: Option<&BTreeSet<Chain>>,
        cursors: &BTreeMap<Chain, u64>,
    ) -> Result<Vec<Chain>, FlowError> {
        if let Some(chains) = chains {
            return Ok(chains.iter().copied().collect());
        }
        let head = |tx: &mut Tx<'_>| {
            let places = tx.chain_head()?.map_or(0, |(places, _)| places);
            Ok::<_, FlowError>((tx.chain(), places))
        };
        let mut heads = self.store.survey("evidence.heads", head).await?;
        heads.push(self.store.read("evidence.heads", Place::Home, head).await?);
        let longer = |(chain, places): &(Chain, u64)| {
            *places > cursors.get(chain).copied().unwrap_or_default()
        };
        let behind = heads.into_iter().filter(longer).map(|(chain, _)| chain);
        Ok(behind.collect())
    }

    async fn entries(&self, chain: Chain, after: u64, most: u32) -> Result<Vec<Stored>, FlowError> {
        let read =
            self.store
                .read::<_, FlowError, _>("evidence.entries", place_of(chain), move |tx| {
                    Ok(tx.evidence_after(after, most)?)
                });
        read.await
    }

    /// Adds entries to the log, signs it anew and keeps the checkpoint apart.
    async fn take_in(&self, entries: Vec<(Chain, u64, Hash)>) -> Result<u64, FlowError> {
        let kept = self.kept().await?;
        let key = self.store.log_key();
        let write =
            self.store
                .write::<_, FlowError, _>("evidence.integrate", Place::Home, move |tx| {
                    let head = tx.lock_log()?;
                    let mut edge = trusted_edge(tx, &head, kept, key.public())?;
                    let added = add(tx, &mut edge, &entries)?;
                    let (size, root) = (edge.size(), edge.root());
                    let checkpoint = Checkpoint { size, root };
                    if added == 0 {
                        return Ok((0, checkpoint, head.checkpoint));
                    }
                    let note = checkpoint.sign(&key);
                    tx.advance_log(&LogHead {
                        size,
                        checkpoint: note.clone(),
                    })?;
                    Ok((added, checkpoint, note))
                });
        let (added, checkpoint, note) = write.await?;
        if checkpoint.size > 0 {
            // After the data, so that what is kept is never ahead of data that was not cut.
            self.store.keep_checkpoint(checkpoint, note).await?;
        }
        Ok(added)
    }

    /// The checkpoint that is kept apart from the data.
    async fn kept(&self) -> Result<Option<Checkpoint>, FlowError> {
        let note = self.store.kept_checkpoint().await?;
        let key = self.store.log_key();
        let open = |note: String| Checkpoint::open(&note, key.public());
        let kept = note.map(open).transpose();
        kept.map_err(|_| FlowError::Evidence(Broken::Checkpoint))
    }

    /// The last checkpoint of the log, a signed note; none before the first entry.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn checkpoint(&self) -> Result<Option<String>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.checkpoint", Place::Home, |tx| Ok(tx.log_head()?));
        let head = read.await?;
        Ok((head.size > 0).then_some(head.checkpoint))
    }

    /// The bytes of a tile or of a bundle of leaves; none if the log has not grown that far.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn tile(&self, resource: Resource) -> Result<Option<Vec<u8>>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.tile", Place::Home, move |tx| {
                let (hashes, width) = match resource {
                    Resource::Tile(tile, width) => (tx.tile(tile)?.unwrap_or_default(), width),
                    Resource::Entries(index, width) => {
                        let first = index.saturating_mul(u64::from(ombud_core::evidence::WIDTH));
                        let leaves = tx.leaves_from(first, u32::from(width))?;
                        (leaves.into_iter().map(|leaf| leaf.hash).collect(), width)
                    }
                };
                // Each leaf of a bundle comes with its length before it.
                let length: &[u8] = match resource {
                    Resource::Tile(..) => &[],
                    Resource::Entries(..) => &[0, 32],
                };
                let asked = hashes.get(..usize::from(width));
                Ok(asked.map(|hashes| {
                    let bytes = hashes.iter().flat_map(|hash| [length, &hash.0].concat());
                    bytes.collect()
                }))
            });
        read.await
    }

    /// The same receipt with the proof that the log holds its entry.
    ///
    /// # Errors
    ///
    /// [`FlowError::Receipt`] if it is not one of ours, [`FlowError::NotFound`] while its entry is
    /// not in the log.
    pub async fn prove(&self, receipt: Receipt) -> Result<Receipt, FlowError> {
        let key = self.store.log_key();
        let Verified { entry, .. } = receipt.verify(key.public())?;
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.prove", Place::Home, move |tx| {
                let head = tx.log_head()?;
                let found = tx.leaf_of(entry.chain, entry.place)?;
                let found = found.filter(|leaf| leaf.hash == entry.hash());
                let missing = FlowError::NotFound("entry in the log");
                let index = found.ok_or(missing)?.leaf;
                let ranges = merkle::inclusion(index, head.size);
                let ranges = ranges.ok_or(FlowError::Evidence(Broken::Checkpoint))?;
                let hash = |range| merkle::range_hash(range, &mut |subtree| fetch(tx, subtree));
                let path: Result<Vec<Hash>, FlowError> = ranges.into_iter().map(hash).collect();
                let checkpoint = head.checkpoint;
                Ok(Proof {
                    index,
                    path: path?,
                    checkpoint,
                })
            });
        Ok(receipt.with(&read.await?))
    }

    /// The receipt of the entry at a place of the log, for whoever has none, with its proof.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`] where the log has not grown that far.
    pub async fn prove_place(&self, leaf: u64) -> Result<Receipt, FlowError> {
        let shown = self.evidence(leaf, 1).await?;
        let shown = shown
            .first()
            .ok_or(FlowError::NotFound("place in the log"))?;
        self.prove(self.receipt(&shown.entry)).await
    }

    /// Goes on with a log that is shorter than it was signed before, because an older copy of the data
    /// was put back. What was signed is kept apart, and the log says so in an entry of its own. Returns
    /// the checkpoint that is no longer continued.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`] when the log continues what was signed last; [`FlowError::Evidence`]
    /// when it is broken in another way.
    pub async fn renew_log(&self, now: Timestamp) -> Result<Checkpoint, FlowError> {
        let none = FlowError::NotFound("longer log that was signed before");
        let Some(kept) = self.kept().await? else {
            return Err(none);
        };
        let key = self.store.log_key();
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.cut", Place::Home, move |tx| {
                let head = tx.log_head()?;
                match trusted_edge(tx, &head, Some(kept), key.public()) {
                    Ok(_) => Ok(false),
                    Err(FlowError::Evidence(Broken::Cut { .. })) => Ok(true),
                    Err(error) => Err(error),
                }
            });
        if !read.await? {
            return Err(none);
        }
        let Checkpoint { size, root } = kept;
        let write = self
            .store
            .write::<_, FlowError, _>("evidence.renew", Place::Home, move |tx| {
                Ok(tx.append_evidence(now, Fact::Restored { size, root })?)
            });
        write.await?;
        self.store.replace_checkpoint(now).await?;
        self.integrate(None).await?;
        Ok(kept)
    }

    /// What longer logs were signed with before a copy of the data took their place, and when it did.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the key store fails, or one of them was not signed by this log's key.
    pub async fn replaced_logs(&self) -> Result<Vec<(Checkpoint, Timestamp)>, FlowError> {
        let key = self.store.log_key();
        let replaced = self.store.replaced_checkpoints().await?.into_iter();
        let open = |(note, at): (String, Timestamp)| {
            let checkpoint = Checkpoint::open(&note, key.public());
            Ok((checkpoint.map_err(|_| Broken::Checkpoint)?, at))
        };
        replaced.map(open).collect()
    }

    /// Entries in the order of the log from a leaf on, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`FlowError::Evidence`] at an entry that is not what the log says.
    pub async fn evidence(&self, from: u64, limit: u32) -> Result<Vec<Shown>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.leaves", Place::Home, move |tx| {
                Ok(tx.leaves_from(from, limit)?)
            });
        let mut shown = Vec::new();
        for LogLeaf {
            leaf,
            chain,
            place,
            hash,
        } in read.await?
        {
            let stored = self.entries(chain, place.saturating_sub(1), 1).await?;
            let entry = stored.first().and_then(|stored| parse(chain, stored));
            let entry = entry.filter(|entry| entry.place == place && entry.hash() == hash);
            let chain = chain.number();
            let entry = entry.ok_or(FlowError::Evidence(Broken::Entry { chain, place }))?;
            let leaf = Some(leaf);
            shown.push(Shown { leaf, entry });
        }
        Ok(shown)
    }

    /// The entries about a person, in their order; none for a stranger.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails.
    pub async fn evidence_of(&self, who: &SubjectRef) -> Result<Vec<Shown>, FlowError> {
        let Some(subject) = self.find_subject(who).await? else {
            return Ok(Vec::new());
        };
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.person", bucket, move |tx| {
                let (chain, mut place) = (tx.chain(), 0);
                let person = tx.pseudonym(subject)?;
                let mut found = Vec::new();
                loop {
                    let page = tx.evidence_after(place, STEP)?;
                    let Some(last) = page.last() else {
                        return Ok(found);
                    };
                    place = last.place;
                    let entries = page.iter().filter_map(|stored| parse(chain, stored));
                    found.extend(entries.filter(|entry| entry.fact.subject() == Some(person)));
                }
            });
        let mut shown = Vec::new();
        for entry in read.await? {
            let (chain, place) = (entry.chain, entry.place);
            let find =
                self.store
                    .read::<_, FlowError, _>("evidence.leaf", Place::Home, move |tx| {
                        Ok(tx.leaf_of(chain, place)?)
                    });
            let leaf = find.await?.map(|leaf| leaf.leaf);
            shown.push(Shown { leaf, entry });
        }
        Ok(shown)
    }

    /// Reads all evidence again: every chain, the log over them, its tiles, its signature, and whether
    /// it continues what was kept apart from the data. What it comes to is kept for the board.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails; that something is wrong is an answer.
    pub async fn verify_evidence(&self, now: Timestamp) -> Result<EvidenceCheck, FlowError> {
        // Nobody's data is shown, so the gate of a copy that was put back does not stop it.
        let store = self.store.past_gate();
        let checked = tokio::task::spawn_blocking(move || verify(&store)).await;
        let (entries, problem) = match checked.map_err(|_| StoreError::Closed)? {
            Ok(entries) => (entries, None),
            Err(FlowError::Evidence(broken)) => (0, Some(broken.to_string())),
            Err(FlowError::Store(StoreError::Corrupt { table, row, .. })) => {
                let problem = format!("a value in table `{table}` ({row}) is not one of ours");
                (0, Some(problem))
            }
            Err(error) => return Err(error),
        };
        let check = EvidenceCheck {
            checked_at: now,
            entries,
            problem,
        };
        let saved = check.clone();
        let save =
            self.store
                .write::<_, FlowError, _>("evidence.checked", Place::Home, move |tx| {
                    Ok(tx.save_evidence_check(&saved)?)
                });
        save.await?;
        Ok(check)
    }

    /// What the last verification came to; none if there was none.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn evidence_check(&self) -> Result<Option<EvidenceCheck>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("evidence.check", Place::Home, |tx| Ok(tx.evidence_check()?));
        read.await
    }
}

fn place_of(chain: Chain) -> Place {
    Bucket::new(chain.number()).map_or(Place::Home, Place::Bucket)
}

fn parse(chain: Chain, stored: &Stored) -> Option<Entry> {
    Some(Entry {
        chain,
        place: stored.place,
        at: stored.at,
        after: stored.after,
        fact: Fact::parse(&stored.fact)?,
    })
}

/// The hash of a complete subtree, from its tile.
fn fetch(tx: &mut Tx<'_>, subtree: merkle::Subtree) -> Result<Hash, FlowError> {
    let (id, range) = TileId::of(subtree);
    let (level, index) = (id.level, id.index);
    let tile = tx.tile(id)?;
    let hashes = tile.as_ref().and_then(|hashes| hashes.get(range));
    let hashes = hashes.ok_or(FlowError::Evidence(Broken::Tile { level, index }))?;
    Ok(whole(hashes))
}

/// The right edge of the log, if the log is the one that was signed last, and continues the one that
/// is kept apart. Nothing else is ever built upon: a log must not sign two histories.
fn trusted_edge(
    tx: &mut Tx<'_>,
    head: &LogHead,
    kept: Option<Checkpoint>,
    key: &ombud_core::evidence::PublicKey,
) -> Result<Edge, FlowError> {
    let size = head.size;
    let mut tiles = Vec::new();
    for (id, width) in TileId::unfilled(size) {
        let hashes = tx.tile(id)?.unwrap_or_default();
        if hashes.len() != usize::from(width) {
            let (level, index) = (id.level, id.index);
            return Err(FlowError::Evidence(Broken::Tile { level, index }));
        }
        tiles.push((id, hashes));
    }
    let edge = Edge::new(size, tiles);
    let root = edge.root();
    if size > 0 && Checkpoint::open(&head.checkpoint, key) != Ok(Checkpoint { size, root }) {
        return Err(FlowError::Evidence(Broken::Checkpoint));
    }
    if let Some(kept) = kept {
        let cut = FlowError::Evidence(Broken::Cut { kept: kept.size });
        if kept.size > size {
            return Err(cut);
        }
        let then = merkle::range_hash(0..kept.size, &mut |subtree| fetch(tx, subtree))?;
        if then != kept.root {
            return Err(cut);
        }
    }
    Ok(edge)
}

/// Adds the entries that the log does not hold yet, and returns how many.
fn add(tx: &mut Tx<'_>, edge: &mut Edge, entries: &[(Chain, u64, Hash)]) -> Result<u64, FlowError> {
    let before = edge.size();
    let mut cursors = tx.log_cursors()?;
    let mut filled = Vec::new();
    for (chain, place, hash) in entries {
        let cursor = cursors.entry(*chain).or_default();
        if *place <= *cursor {
            // Another was faster.
            continue;
        }
        *cursor = *place;
        tx.add_leaf(&LogLeaf {
            leaf: edge.size(),
            chain: *chain,
            place: *place,
            hash: *hash,
        })?;
        edge.push(leaf(*hash), &mut |id, hashes| filled.push((id, hashes)));
    }
    if edge.size() > before {
        for (id, hashes) in filled.iter().chain(&edge.unfilled()) {
            tx.save_tile(*id, hashes)?;
        }
    }
    Ok(edge.size().saturating_sub(before))
}

/// What the log says of itself, all at one instant.
struct Claims {
    head: LogHead,
    leaves: u64,
    tiles: u64,
    cursors: BTreeMap<Chain, u64>,
    unfilled: Vec<(TileId, Option<Vec<Hash>>)>,
}

fn claims(tx: &mut Tx<'_>) -> Result<Claims, FlowError> {
    let head = tx.log_head()?;
    let (leaves, tiles) = tx.count_log()?;
    let mut unfilled = Vec::new();
    for (id, _) in TileId::unfilled(head.size) {
        unfilled.push((id, tx.tile(id)?));
    }
    Ok(Claims {
        leaves,
        tiles,
        cursors: tx.log_cursors()?,
        unfilled,
        head,
    })
}

/// Verifies everything, and returns how many entries there are. Blocks; its memory does not grow with
/// the log.
fn verify(store: &Store) -> Result<u64, FlowError> {
    // In this order: what is kept is older than the log, and the log older than the chains.
    let kept = store.kept_checkpoint().wait()?;
    let kept = kept.map(|note| Checkpoint::open(&note, store.log_key().public()));
    let kept = kept.transpose().map_err(|_| Broken::Checkpoint)?;
    let claims = store.read("evidence.claims", Place::Home, claims).wait()?;
    let logged = verify_log(store, &claims, kept)?;
    let check = move |tx: &mut Tx<'_>| {
        let logged = logged.get(&tx.chain()).copied();
        verify_chain(tx, logged.unwrap_or_default())
    };
    let buckets = store.survey("evidence.chains", check.clone()).wait()?;
    let home = store.read("evidence.chains", Place::Home, check).wait()?;
    Ok(buckets.into_iter().fold(home, u64::saturating_add))
}

/// Verifies the log, and returns how far each chain has come into it.
fn verify_log(
    store: &Store,
    claims: &Claims,
    kept: Option<Checkpoint>,
) -> Result<BTreeMap<Chain, Reached>, FlowError> {
    let size = claims.head.size;
    let (expected, found) = (size, claims.leaves);
    if expected != found {
        return Err(Broken::Size { expected, found }.into());
    }
    let (expected, found) = (TileId::count(size), claims.tiles);
    if expected != found {
        return Err(Broken::Tiles { expected, found }.into());
    }
    let mut log = LogCheck::default();
    let mut as_kept = kept.is_none();
    while log.edge().size() < size {
        let from = log.edge().size();
        let left = u32::try_from(size - from).unwrap_or(u32::MAX).min(STEP);
        let read = move |tx: &mut Tx<'_>| Ok::<_, FlowError>(tx.leaves_from(from, left)?);
        let page = store.read("evidence.leaves", Place::Home, read).wait()?;
        let mut filled = Vec::new();
        for (expected, found) in (from..).zip(&page) {
            if found.leaf != expected {
                let found = found.leaf;
                return Err(Broken::Size { expected, found }.into());
            }
            let tile = &mut |id, hashes| filled.push((id, Some(hashes)));
            log.next((found.chain, found.place), found.hash, tile)?;
            let here = kept.filter(|kept| kept.size == log.edge().size());
            as_kept |= here.is_some_and(|kept| kept.root == log.edge().root());
        }
        if page.is_empty() {
            let (expected, found) = (size, from);
            return Err(Broken::Size { expected, found }.into());
        }
        let ids: Vec<TileId> = filled.iter().map(|(id, _)| *id).collect();
        let read = move |tx: &mut Tx<'_>| {
            let tile = |id: &TileId| Ok::<_, FlowError>((*id, tx.tile(*id)?));
            ids.iter().map(tile).collect::<Result<Vec<_>, _>>()
        };
        let stored = store.read("evidence.tiles", Place::Home, read).wait()?;
        same_tiles(&filled, &stored)?;
    }
    let unfilled = log.edge().unfilled().into_iter();
    let unfilled: Vec<_> = unfilled.map(|(id, hashes)| (id, Some(hashes))).collect();
    same_tiles(&unfilled, &claims.unfilled)?;
    verify_head(store, claims, &log)?;
    if let Some(kept) = kept.filter(|_| !as_kept) {
        return Err(Broken::Cut { kept: kept.size }.into());
    }
    Ok(log.chains().clone())
}

type Tiles = [(TileId, Option<Vec<Hash>>)];

fn same_tiles(ours: &Tiles, stored: &Tiles) -> Result<(), Broken> {
    let differs = ours
        .iter()
        .zip(stored)
        .find(|(ours, stored)| ours != stored);
    differs.map_or(Ok(()), |((TileId { level, index }, _), _)| {
        Err(Broken::Tile {
            level: *level,
            index: *index,
        })
    })
}

/// Whether the head was signed over these leaves, and the cursors are where the leaves end.
fn verify_head(store: &Store, claims: &Claims, log: &LogCheck) -> Result<(), Broken> {
    let (size, root) = (log.edge().size(), log.edge().root());
    let signed = Checkpoint::open(&claims.head.checkpoint, store.log_key().public());
    let unsigned = size == 0 && claims.head.checkpoint.is_empty();
    if !unsigned && signed != Ok(Checkpoint { size, root }) {
        return Err(Broken::Checkpoint);
    }
    let chains: BTreeSet<&Chain> = claims.cursors.keys().chain(log.chains().keys()).collect();
    for chain in chains {
        let places = log.chains().get(chain).map_or(0, |reached| reached.places);
        if claims.cursors.get(chain).copied() != Some(places) {
            let chain = chain.number();
            return Err(Broken::Leaves { chain, places });
        }
    }
    Ok(())
}

/// Verifies the chain of a place against what the log holds of it, and returns how long it is.
fn verify_chain(tx: &mut Tx<'_>, logged: Reached) -> Result<u64, FlowError> {
    let mut check = ChainCheck::new(tx.chain(), logged);
    loop {
        let page = tx.evidence_after(check.place(), STEP)?;
        for stored in &page {
            check.next(stored)?;
        }
        if page.is_empty() {
            check.end()?;
            return Ok(check.place());
        }
    }
}
