-- The key store: outside the data and outside its backups. Removing a row makes what it sealed
-- unreadable everywhere, backups of the data included.

CREATE TABLE IF NOT EXISTS subject_key (
  bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  subject_id BLOB NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (bucket, subject_id)
);
