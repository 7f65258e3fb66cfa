-- The key store: outside the data and outside its backups. Removing a row makes what it sealed
-- unreadable everywhere, backups of the data included.

CREATE TABLE IF NOT EXISTS subject_key (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BYTEA NOT NULL,
  wrapped BYTEA NOT NULL,
  PRIMARY KEY (bucket, subject_id)
);

-- The journal: whose end began, which record's erasure, who opted out, and when it was carried out.
-- Data that has not seen all of it is older, and nobody in it is shown until it was replayed. One order
-- for all. `forgotten`: up to where entries are no longer kept. `key_check`: with which master key this
-- key store goes. `followed_at`: since when no copy of the data is older than the entry.
CREATE TABLE IF NOT EXISTS journal_head (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  seq BIGINT NOT NULL,
  forgotten BIGINT NOT NULL,
  key_check BYTEA NOT NULL
);
CREATE TABLE IF NOT EXISTS journal (
  seq BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id BYTEA NOT NULL,
  record_id BYTEA,
  activity TEXT,
  act TEXT,
  acted_at BIGINT,
  suppressed TEXT,
  identities BYTEA,
  begun_at BIGINT NOT NULL,
  done_at BIGINT,
  followed_at BIGINT
);
CREATE INDEX IF NOT EXISTS journal_open ON journal (done_at, seq);
CREATE INDEX IF NOT EXISTS journal_followed ON journal (followed_at);

-- The last checkpoint that the log signed, apart from the data: what shows that its tail was cut.
CREATE TABLE IF NOT EXISTS kept_checkpoint (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL,
  checkpoint TEXT NOT NULL
);

-- Checkpoints that a longer log was signed with, before a copy of the data took its place.
CREATE TABLE IF NOT EXISTS replaced_checkpoint (
  size BIGINT NOT NULL,
  checkpoint TEXT NOT NULL,
  replaced_at BIGINT NOT NULL,
  PRIMARY KEY (replaced_at, size)
);
