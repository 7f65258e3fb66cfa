-- The foundation: subjects, what they chose, what is kept about them, and until when.
-- `bucket` leads every key of a per-subject table. Times are Unix milliseconds.
-- No foreign keys, no triggers, no defaults that read a clock. Every statement is re-runnable.
-- On SQLite per-subject tables lie in the order of their keys (WITHOUT ROWID): what lies in a bucket
-- is found and erased together, and a row is written once.

-- One row an installation: whether the master key and the log's key at hand belong to this data.
CREATE TABLE IF NOT EXISTS install (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  key_check BLOB NOT NULL,
  log_key BLOB NOT NULL
);

-- How far this data has followed the journal, which lies with the keys.
CREATE TABLE IF NOT EXISTS journal_mark (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  seq BIGINT NOT NULL
);

-- Whether the people in this data are made up, and whether all of them are there.
CREATE TABLE IF NOT EXISTS demonstration (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  whole BIGINT NOT NULL CHECK (whole IN (0, 1))
);

-- Versions of the statement, byte for byte (I10), one row each time that one was adopted. Rows are
-- never removed. `counted_at` is when all clocks had been counted under the version.
CREATE TABLE IF NOT EXISTS statement_version (
  hash BLOB NOT NULL,
  effective_at BIGINT NOT NULL,
  stored_at BIGINT NOT NULL,
  in_force_at BIGINT NOT NULL,
  counted_at BIGINT,
  archive BLOB NOT NULL,
  PRIMARY KEY (hash, in_force_at)
);
CREATE INDEX IF NOT EXISTS statement_version_in_force
  ON statement_version (in_force_at, stored_at);

-- Keys of applications, by name; the key itself is not kept. Rows are never removed, so that what a
-- key did can be told after it was revoked.
CREATE TABLE IF NOT EXISTS api_key (
  name TEXT NOT NULL PRIMARY KEY,
  key_hash BLOB NOT NULL,
  reads TEXT NOT NULL,
  writes TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX IF NOT EXISTS api_key_hash ON api_key (key_hash);

-- A person. Updating this row locks the subject. From `look_at` on a sweep looks whether anything of
-- the person must still be kept.
CREATE TABLE IF NOT EXISTS subject (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  look_at BIGINT,
  PRIMARY KEY (bucket, subject_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subject_look ON subject (bucket, look_at);

-- The identities of a subject, sealed with the subject's key.
CREATE TABLE IF NOT EXISTS subject_identity (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  identity_hash BLOB NOT NULL,
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, subject_id, identity_hash)
) WITHOUT ROWID;

-- From the keyed hash of an identity to its subject. The bucket here is the identity's own.
CREATE TABLE IF NOT EXISTS identity (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  identity_hash BLOB NOT NULL,
  subject_id BLOB NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, identity_hash)
) WITHOUT ROWID;

-- Identities that several subjects may share: which subjects were seen with one. The bucket here is
-- the identity's own.
CREATE TABLE IF NOT EXISTS hint (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  identity_hash BLOB NOT NULL,
  subject_id BLOB NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, identity_hash, subject_id)
) WITHOUT ROWID;

-- What a subject chose, append only. `acted_at` is when it was chosen, `recorded_at` when it was
-- told.
CREATE TABLE IF NOT EXISTS ledger (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  seq BIGINT NOT NULL,
  activity TEXT NOT NULL,
  act TEXT NOT NULL,
  acted_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  statement_hash BLOB NOT NULL,
  scope BIGINT NOT NULL,
  language TEXT,
  channel TEXT,
  notice TEXT,
  reason TEXT,
  PRIMARY KEY (bucket, subject_id, seq)
) WITHOUT ROWID;

-- What those choices come to, folded by the rules: the last instant of each kind of act, one row a
-- subject and activity. `ledger_seq` is the last entry that was folded in.
CREATE TABLE IF NOT EXISTS standing (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  activity TEXT NOT NULL,
  ledger_seq BIGINT NOT NULL,
  consented_at BIGINT,
  scope BIGINT,
  withdrawn_at BIGINT,
  objected_at BIGINT,
  upheld_at BIGINT,
  rejected_at BIGINT,
  restricted_at BIGINT,
  lifted_at BIGINT,
  PRIMARY KEY (bucket, subject_id, activity)
) WITHOUT ROWID;

-- What retention counts from. One clock governs many records: `clock_id` is zero for the clock that
-- all records of a subject and collection share, else it is the record's own id. Facts that tell more
-- than instants lie in `sealed`, and `anchors` is empty then. No `due_at`: waiting, or never.
CREATE TABLE IF NOT EXISTS clock (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  collection TEXT NOT NULL,
  clock_id BLOB NOT NULL,
  anchors TEXT NOT NULL,
  sealed BLOB,
  due_at BIGINT,
  stage BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (bucket, subject_id, collection, clock_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS clock_due ON clock (bucket, state, due_at);
-- What the board counts, without the clocks themselves.
CREATE INDEX IF NOT EXISTS clock_collection ON clock (bucket, collection, state, due_at);

-- Up to which clock a bucket was counted anew under a version. `done`: all of them.
CREATE TABLE IF NOT EXISTS recount (
  bucket BIGINT NOT NULL PRIMARY KEY CHECK (bucket BETWEEN 0 AND 4095),
  statement_hash BLOB NOT NULL,
  in_force_at BIGINT NOT NULL,
  collection TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  clock_id BLOB NOT NULL,
  done BIGINT NOT NULL
) WITHOUT ROWID;

-- The vault: records sealed with their subject's key.
CREATE TABLE IF NOT EXISTS record (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  record_id BLOB NOT NULL,
  subject_id BLOB NOT NULL,
  collection TEXT NOT NULL,
  clock_id BLOB NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (bucket, record_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_subject
  ON record (bucket, subject_id, collection, clock_id, record_id);
CREATE INDEX IF NOT EXISTS record_collection ON record (bucket, collection, state, created_at);

-- Opt-outs that outlive the subject: a keyed hash and an activity, in the identity's own bucket.
CREATE TABLE IF NOT EXISTS suppression (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  identity_hash BLOB NOT NULL,
  activity TEXT NOT NULL,
  suppressed_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, identity_hash, activity)
) WITHOUT ROWID;

-- What anonymised records leave: how many people fell into a cell of a statistic, once they are enough
-- to hide each of them. The bucket is the cell's own, from its keyed hash.
CREATE TABLE IF NOT EXISTS counter (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  statistic TEXT NOT NULL,
  cell_hash BLOB NOT NULL,
  cell TEXT NOT NULL,
  people BIGINT NOT NULL,
  records BIGINT NOT NULL,
  PRIMARY KEY (bucket, statistic, cell_hash)
) WITHOUT ROWID;

-- Who joined a cell and was not folded into it yet. `person` is a pseudonym for this cell alone, which
-- dies with the person's key; `plan_id` makes joining again by the same plan one joining.
CREATE TABLE IF NOT EXISTS counter_part (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  statistic TEXT NOT NULL,
  cell_hash BLOB NOT NULL,
  person BLOB NOT NULL,
  plan_id BLOB NOT NULL,
  records BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, statistic, cell_hash, person)
) WITHOUT ROWID;

-- A sweep's plan, stored before anything is touched: its items packed in `todo`, which is emptied once
-- it is finished, and their digest. The first `reached` are carried out, but for those that were
-- `overtaken` by a change. A bucket has one open plan at most: whoever sweeps it next finishes it. One
-- that was carried out, but read back with something left, is looked at again by every sweep.
CREATE TABLE IF NOT EXISTS sweep_plan (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  plan_id BLOB NOT NULL,
  statement_hash BLOB NOT NULL,
  swept_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  items BIGINT NOT NULL,
  digest BLOB NOT NULL,
  todo BLOB NOT NULL,
  reached BIGINT NOT NULL,
  overtaken TEXT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (bucket, plan_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS sweep_plan_open ON sweep_plan (bucket) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS sweep_plan_state ON sweep_plan (bucket, state, finished_at);

-- The tamper-evident chain of a bucket; its last entry is its head. Bucket 4096 is the chain of what
-- concerns nobody, beside the home tables.
CREATE TABLE IF NOT EXISTS evidence (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4096),
  seq BIGINT NOT NULL,
  happened_at BIGINT NOT NULL,
  fact TEXT NOT NULL,
  prev_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (bucket, seq)
) WITHOUT ROWID;

-- The Merkle log over the entries of all chains: its head, its leaves in their order, its tiles of
-- 256 hashes, and up to which place each chain has come into it.
CREATE TABLE IF NOT EXISTS log_head (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL,
  checkpoint TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS log_leaf (
  leaf BIGINT NOT NULL PRIMARY KEY,
  chain BIGINT NOT NULL,
  place BIGINT NOT NULL,
  hash BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS log_leaf_place ON log_leaf (chain, place);
CREATE TABLE IF NOT EXISTS log_tile (
  level BIGINT NOT NULL,
  tile BIGINT NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, tile)
);
CREATE TABLE IF NOT EXISTS log_cursor (
  chain BIGINT NOT NULL PRIMARY KEY,
  place BIGINT NOT NULL
);

-- What the last verification of the evidence came to.
CREATE TABLE IF NOT EXISTS evidence_check (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  checked_at BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  problem TEXT
);

-- Work to do outside the database, queued in the transaction of the fact that calls for it.
CREATE TABLE IF NOT EXISTS job (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  job_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  payload TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  failure TEXT,
  PRIMARY KEY (bucket, job_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS job_dedupe ON job (bucket, kind, dedupe);
CREATE INDEX IF NOT EXISTS job_run ON job (bucket, run_at);

-- Commands that may be sent again, so that each acts once. One row names the command, in the bucket of
-- its name: it is there before anything is written, and says in which bucket the fact lies. The other
-- lies there, and is written with the fact. No `answer`: not yet.
CREATE TABLE IF NOT EXISTS idempotency_key (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  key_hash BLOB NOT NULL,
  request_hash BLOB NOT NULL,
  lies_in BIGINT NOT NULL CHECK (lies_in BETWEEN 0 AND 4095),
  answer TEXT,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (bucket, key_hash)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_key_made ON idempotency_key (bucket, made_at);
