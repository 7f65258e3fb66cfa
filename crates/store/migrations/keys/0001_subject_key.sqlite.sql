-- The key store: outside the data and outside its backups. Removing a row makes what it sealed
-- unreadable everywhere, backups of the data included.

CREATE TABLE IF NOT EXISTS subject_key (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (bucket, subject_id)
) WITHOUT ROWID;

-- The journal of erasures: whose end began, and when it was read back as absent. Data that has not
-- seen all of it is older, and nobody in it is shown until it was replayed. One order for all.
CREATE TABLE IF NOT EXISTS erasure_head (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  seq BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS erasure (
  seq BIGINT NOT NULL PRIMARY KEY,
  subject_id BLOB NOT NULL,
  begun_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX IF NOT EXISTS erasure_open ON erasure (done_at, seq);

-- The last checkpoint that the log signed, apart from the data: what shows that its tail was cut.
CREATE TABLE IF NOT EXISTS kept_checkpoint (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL,
  checkpoint TEXT NOT NULL
);
