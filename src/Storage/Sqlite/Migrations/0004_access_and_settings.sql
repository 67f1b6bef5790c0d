CREATE TABLE answer (
  caller    TEXT    NOT NULL,
  route     TEXT    NOT NULL,
  key       TEXT    NOT NULL,
  body_hash TEXT    NOT NULL,
  answer    TEXT    NOT NULL, -- JSON
  at        INTEGER NOT NULL,
  PRIMARY KEY (caller, route, key)
) WITHOUT ROWID;

CREATE INDEX answer_at ON answer (at);

CREATE TABLE api_key (
  id      TEXT PRIMARY KEY,
  name    TEXT    NOT NULL,
  role    TEXT    NOT NULL,
  hash    BLOB    NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) WITHOUT ROWID;

CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
