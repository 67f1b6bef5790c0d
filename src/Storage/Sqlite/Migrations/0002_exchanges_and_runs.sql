-- Instants are milliseconds since 1970 UTC; decimals are text, exactly as they were.
CREATE TABLE exchange (
  id                   INTEGER PRIMARY KEY,
  tenant               TEXT    NOT NULL,
  name                 TEXT    NOT NULL COLLATE NOCASE,
  slug                 TEXT    NOT NULL,
  venue                TEXT    NOT NULL,
  enabled              INTEGER NOT NULL,
  interval             INTEGER NOT NULL, -- seconds
  logo                 TEXT,
  url                  TEXT,
  api_url              TEXT,
  options              TEXT    NOT NULL, -- JSON
  volume               TEXT,             -- USD
  top_pair             TEXT,
  top_pair_volume      TEXT,
  created              INTEGER NOT NULL,
  updated              INTEGER NOT NULL,
  last_update          INTEGER,
  has_credentials      INTEGER NOT NULL,
  state                TEXT    NOT NULL,
  last_run             INTEGER,
  last_run_id          BLOB,
  time_started         INTEGER,
  next_run             INTEGER,
  attempt              INTEGER,
  consecutive_failures INTEGER NOT NULL,
  error_kind           TEXT,
  error_message        TEXT,
  error_at             INTEGER,
  node                 TEXT    NOT NULL,
  version              INTEGER NOT NULL,
  revision             INTEGER NOT NULL,
  UNIQUE (tenant, name),
  UNIQUE (tenant, slug)
);

-- The history of runs outlives its exchange. UUIDv7 as 16 bytes: new rows lie at the end.
CREATE TABLE run (
  run_id        BLOB    PRIMARY KEY,
  exchange      INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  trigger       TEXT    NOT NULL,
  generation    INTEGER,
  slot          INTEGER,
  covers_from   INTEGER,
  due           INTEGER NOT NULL,
  state         TEXT    NOT NULL,
  started       INTEGER NOT NULL,
  ended         INTEGER,
  attempts      INTEGER NOT NULL,
  markets       INTEGER,
  tickers       INTEGER,
  error_kind    TEXT,
  error_message TEXT,
  error_at      INTEGER,
  node          TEXT    NOT NULL,
  recovers      BLOB
) WITHOUT ROWID;

CREATE UNIQUE INDEX run_number   ON run (exchange, number);
CREATE UNIQUE INDEX run_running  ON run (exchange) WHERE state = 'running'; -- runs do not overlap
CREATE UNIQUE INDEX run_slot     ON run (exchange, generation, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX run_recovers ON run (recovers) WHERE recovers IS NOT NULL;
CREATE INDEX run_ended ON run (ended, state) WHERE ended IS NOT NULL;
