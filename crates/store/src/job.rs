//! Jobs: work outside the database, queued in the transaction of the fact that calls for it.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::{Bucket, JobId};
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    JOB_ADD = "INSERT INTO job (bucket, job_id, kind, dedupe, payload, run_at, leased_until, attempts,
        failure) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, NULL)
        ON CONFLICT (bucket, kind, dedupe) DO NOTHING";
    JOB_CLAIM = "UPDATE job SET leased_until = $3, attempts = attempts + 1
        WHERE bucket = $1 AND leased_until <= $2 AND job_id IN (
            SELECT job_id FROM job WHERE bucket = $1 AND run_at <= $2 AND leased_until <= $2
            ORDER BY run_at, job_id LIMIT $4)
        RETURNING job_id, kind, dedupe, payload, run_at, attempts, failure";
    JOB_FINISH = "DELETE FROM job WHERE bucket = $1 AND job_id = $2 AND leased_until = $3";
    JOB_RETRY = "UPDATE job SET run_at = $4, leased_until = 0, failure = $5
        WHERE bucket = $1 AND job_id = $2 AND leased_until = $3";
    JOB_LIST = "SELECT job_id, kind, dedupe, payload, run_at, attempts, failure FROM job
        WHERE bucket = $1 ORDER BY run_at, job_id";
}

/// A job to be queued.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// Two jobs of a kind with the same text here are one job.
    pub dedupe: String,
    /// What it needs to know, as its kind encodes it. Never personal data: ids.
    pub payload: String,
    /// Not before this instant.
    pub run_at: Timestamp,
}

/// A queued job.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Job {
    /// What was queued.
    pub job: NewJob,
    /// How often it has been tried, this time included.
    pub attempts: i64,
    /// Why it failed the last time; no personal data.
    pub failure: Option<String>,
}

impl Tx<'_> {
    /// Queues a job. False if the same job is queued already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn add_job(&mut self, job: &NewJob) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        let NewJob {
            id,
            kind,
            dedupe,
            payload,
            run_at,
        } = job;
        Ok(self.execute(
            &JOB_ADD,
            values![bucket, *id, kind, dedupe, payload, *run_at],
        )? > 0)
    }

    /// Claims up to `limit` jobs of this bucket that may run, until the lease ends: then another
    /// may claim them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn claim_jobs(
        &mut self,
        now: Timestamp,
        lease: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&JOB_CLAIM, values![bucket, now, lease, i64::from(limit)])?;
        let mut jobs: Vec<Job> = rows
            .into_iter()
            .map(|row| job(bucket, row))
            .collect::<Result<_, _>>()?;
        jobs.sort_by_key(|job| (job.job.run_at, job.job.id));
        Ok(jobs)
    }

    /// Removes a job that was done under a lease. False if the lease was lost: another does it
    /// again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn finish_job(&mut self, id: JobId, lease: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        Ok(self.execute(&JOB_FINISH, values![bucket, id, lease])? > 0)
    }

    /// Puts a job that failed under a lease back in the queue, for later. False if the lease was
    /// lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn retry_job(
        &mut self,
        id: JobId,
        lease: Timestamp,
        run_at: Timestamp,
        failure: &str,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        Ok(self.execute(&JOB_RETRY, values![bucket, id, lease, run_at, failure])? > 0)
    }

    /// All jobs of this bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn jobs(&mut self) -> Result<Vec<Job>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&JOB_LIST, values![bucket])?;
        rows.into_iter().map(|row| job(bucket, row)).collect()
    }
}

fn job(bucket: Bucket, row: Row) -> Result<Job, StoreError> {
    let mut columns = row.columns("job", bucket);
    Ok(Job {
        job: NewJob {
            id: columns.take("job_id")?,
            kind: columns.take("kind")?,
            dedupe: columns.take("dedupe")?,
            payload: columns.take("payload")?,
            run_at: columns.take("run_at")?,
        },
        attempts: columns.take("attempts")?,
        failure: columns.take("failure")?,
    })
}
