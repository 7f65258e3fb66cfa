//! The promise board: everything measured from the data, then judged.

use std::sync::Arc;

use jiff::Timestamp;
use ombud_core::board::{Checked, EvidenceFigures, Judgement, Measured, Verdict, judge, overall};
use ombud_core::language::Localized;
use ombud_core::statement::model::{RecipientKind, TransferTool};
use ombud_core::statement::promise::Proof;
use ombud_core::statement::{Folder, check};
use ombud_store::StoreError;
use serde::Serialize;

use super::measure::Measures;
use super::{FlowError, Ombud};

/// The board.
#[derive(Debug, Clone, Serialize)]
pub struct Board {
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The statement it is about.
    pub version: ombud_core::statement::VersionId,
    /// Promises kept.
    pub kept: usize,
    /// Promises broken.
    pub broken: usize,
    /// Promises unproven.
    pub unproven: usize,
    /// Every promise, in the order of the statement.
    pub promises: Vec<Row>,
}

/// One promise.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The section that makes it.
    pub section: String,
    /// What it says.
    pub says: Localized,
    /// Whether it is kept.
    pub verdict: Verdict,
    /// Each proof with what was measured.
    pub proofs: Vec<Proven>,
}

/// One proof, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Proven {
    /// The proof, as the statement names it.
    pub proof: Proof,
    /// What it came to.
    #[serde(flatten)]
    pub judgement: Judgement,
}

impl Ombud {
    /// Measures and judges every promise.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails: then nothing is said, rather than something stale.
    pub async fn board(&self, now: Timestamp) -> Result<Board, FlowError> {
        let mut measures = self.measure(now).await?;
        measures.evidence = self.evidence_figures(now).await?;
        let versions = self.check_versions().await?;
        let promises = self
            .statement
            .promises
            .promises
            .iter()
            .map(|(id, promise)| {
                let proofs: Vec<Proven> = promise
                    .proof
                    .iter()
                    .map(|proof| {
                        let found = self.measured(proof, &measures, &versions, now);
                        Proven {
                            proof: proof.clone(),
                            judgement: judge(proof, &found),
                        }
                    })
                    .collect();
                let judgements: Vec<Judgement> = proofs
                    .iter()
                    .map(|proven| proven.judgement.clone())
                    .collect();
                Row {
                    id: id.clone(),
                    section: promise.section.clone(),
                    says: promise.says.clone(),
                    verdict: overall(&judgements),
                    proofs,
                }
            });
        let mut promises: Vec<Row> = promises.collect();
        promises.sort_by_cached_key(|row| order(&row.id));
        let count = |verdict| promises.iter().filter(|row| row.verdict == verdict).count();
        Ok(Board {
            measured_at: now,
            version: self.book.version.clone(),
            kept: count(Verdict::Kept),
            broken: count(Verdict::Broken),
            unproven: count(Verdict::Unproven),
            promises,
        })
    }

    /// The board for whoever asks: as it was measured within the last minute, or anew. While it is
    /// measured it is the one before, if there is one.
    ///
    /// # Errors
    ///
    /// As [`board`](Self::board), and [`FlowError::Filling`] while a demonstration is not whole: half of its
    /// people would break promises.
    pub async fn board_lately(&self, now: Timestamp) -> Result<Arc<Board>, FlowError> {
        self.refuse_unready().await?;
        let ombud = self.clone();
        let measure = async move { ombud.board(now).await };
        self.boards.get((), now, measure).await
    }

    /// Goes on unless what would be measured is not what it will be: data that has not followed the journal
    /// of erasures, or a demonstration that is not whole.
    pub(super) async fn refuse_unready(&self) -> Result<(), FlowError> {
        if self.store.is_behind() {
            return Err(StoreError::Behind.into());
        }
        if self.demonstration_mark().await? == Some(false) {
            return Err(FlowError::Filling);
        }
        Ok(())
    }

    /// The board as it was measured last; none before the first time.
    pub fn board_last(&self) -> Option<Arc<Board>> {
        Some(self.boards.last(&())?.1)
    }

    /// What the last verification of the evidence came to (I7).
    async fn evidence_figures(&self, now: Timestamp) -> Result<Option<EvidenceFigures>, FlowError> {
        let check = self.evidence_check().await?;
        Ok(check.map(|check| EvidenceFigures {
            verified_at: check.checked_at,
            age_seconds: now.duration_since(check.checked_at).as_secs(),
            entries: check.entries,
            problem: check.problem,
        }))
    }

    /// Every stored version is read back and hashed again (I10).
    async fn check_versions(&self) -> Result<Checked, FlowError> {
        let versions = self.versions().await?;
        let mut checked = Checked {
            all: u64::try_from(versions.len()).unwrap_or(u64::MAX),
            ..Checked::default()
        };
        for version in &versions {
            let archive = self.archive_of(&version.id).await?;
            let folder = archive.and_then(|bytes| Folder::from_archive(&bytes).ok());
            if folder.is_none_or(|folder| folder.version() != version.id) {
                checked.lacking.push(version.id.short().to_owned());
            }
        }
        Ok(checked)
    }

    fn measured(
        &self,
        proof: &Proof,
        measures: &Measures,
        versions: &Checked,
        now: Timestamp,
    ) -> Measured {
        match proof {
            Proof::Cap(name) | Proof::ErasedOnWithdrawal(name) => {
                Measured::Collection(measures.collections.get(name).cloned().unwrap_or_default())
            }
            Proof::ClosedWorld(id)
            | Proof::Basis(id)
            | Proof::Consent(id)
            | Proof::Objection(id)
            | Proof::Recipients(id) => {
                Measured::Activity(measures.activities.get(id).cloned().unwrap_or_default())
            }
            Proof::Versions => Measured::Checked(versions.clone()),
            Proof::Gaps => Measured::Checked(self.gaps(now)),
            Proof::Evidence => {
                let evidence = measures.evidence.clone();
                evidence.map_or(Measured::Nothing, Measured::Evidence)
            }
            Proof::Published => Measured::Checked(self.published()),
            Proof::Contact => Measured::Checked(self.contact()),
            Proof::Sealed => Measured::Checked(Checked {
                all: measures.opened,
                lacking: match measures.unreadable {
                    0 => Vec::new(),
                    count => vec![count.to_string()],
                },
                expired: Vec::new(),
            }),
            Proof::Agreements => Measured::Checked(self.agreements(now)),
            Proof::Transfers => Measured::Checked(self.transfers()),
            Proof::Needs(_) => Measured::Nothing,
        }
    }

    /// The gaps of the published text, and those that no decision settles today.
    fn gaps(&self, now: Timestamp) -> Checked {
        let today = self.book.calendar.zone.to_datetime(now).date();
        let judged = check::check(&self.statement, today);
        let open = judged.iter().filter(|gap| gap.state.is_open());
        Checked {
            all: u64::try_from(judged.len()).unwrap_or(u64::MAX),
            lacking: open
                .map(|gap| format!("{} {}", gap.finding.rule.id, gap.finding.at))
                .collect(),
            expired: Vec::new(),
        }
    }

    fn published(&self) -> Checked {
        let statement = &self.statement;
        let languages = &statement.published.header.languages;
        let sections: Vec<usize> = languages
            .iter()
            .map(|language| ombud_core::statement::prose::render(statement, *language).len())
            .collect();
        let pairs = languages.iter().zip(&sections);
        Checked {
            all: sections
                .iter()
                .sum::<usize>()
                .try_into()
                .unwrap_or(u64::MAX),
            lacking: pairs
                .filter(|(_, sections)| **sections == 0)
                .map(|(language, _)| language.to_string())
                .collect(),
            expired: Vec::new(),
        }
    }

    /// The name and the contact data stand on the rendered page, in every language.
    fn contact(&self) -> Checked {
        let statement = &self.statement;
        let controller = &statement.published.header.controller;
        let wanted = [
            ("name", Some(&controller.name)),
            ("address", Some(&controller.address)),
            ("phone", controller.phone.as_ref()),
            ("email", controller.email.as_ref()),
        ];
        let languages = &statement.published.header.languages;
        let mut checked = Checked::default();
        for language in languages {
            let sections = ombud_core::statement::prose::render(statement, *language);
            for (name, value) in wanted {
                checked.all += 1;
                let shown = value.is_some_and(|value| {
                    sections
                        .iter()
                        .any(|section| section.body.markdown.contains(value.as_str()))
                });
                if !shown {
                    checked.lacking.push(format!("{name} ({language})"));
                }
            }
        }
        checked
    }

    /// The processors, those without an agreement, and those whose agreement has run out. It counts
    /// on its last day, in the controller's zone.
    fn agreements(&self, now: Timestamp) -> Checked {
        let today = self.book.calendar.zone.to_datetime(now).date();
        let recipients = self.statement.rules.header.recipients.iter();
        let mut checked = Checked::default();
        for (name, recipient) in recipients {
            if recipient.kind != RecipientKind::Processor {
                continue;
            }
            checked.all += 1;
            match &recipient.agreement {
                None => checked.lacking.push(name.clone()),
                Some(agreement) if agreement.until.is_some_and(|until| until < today) => {
                    checked.expired.push(name.clone());
                }
                Some(_) => {}
            }
        }
        checked
    }

    /// The recipients that may be outside the EEA, and those without a ground for it.
    fn transfers(&self) -> Checked {
        let recipients = self.statement.rules.header.recipients.iter();
        let mut checked = Checked::default();
        for (name, recipient) in recipients {
            if recipient.transfer == Some(TransferTool::Eea) {
                continue;
            }
            checked.all += 1;
            if recipient.transfer.is_none() {
                checked.lacking.push(name.clone());
            }
        }
        checked
    }
}

/// `P3.10.1` comes after `P3.9.2`.
fn order(id: &str) -> Vec<u32> {
    let parts = id
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.');
    parts.map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}
