-- Text orders and compares by its bytes, and lower() folds ASCII only, whatever the database's locale. Instants have milliseconds.
CREATE TABLE mm.exchange (
  id                   bigint  CONSTRAINT exchange_id PRIMARY KEY,
  tenant               text    COLLATE "C" NOT NULL,
  name                 text    COLLATE "C" NOT NULL,
  slug                 text    COLLATE "C" NOT NULL,
  venue                text    COLLATE "C" NOT NULL,
  enabled              boolean NOT NULL,
  interval             int     NOT NULL, -- seconds
  logo                 text,
  url                  text,
  api_url              text,
  options              text    NOT NULL, -- JSON, byte for byte
  volume               numeric,          -- USD
  top_pair             text    COLLATE "C",
  top_pair_volume      numeric,
  created              timestamptz NOT NULL,
  updated              timestamptz NOT NULL,
  last_update          timestamptz,
  has_credentials      boolean NOT NULL,
  state                text    COLLATE "C" NOT NULL,
  last_run             timestamptz,
  last_run_id          uuid,
  time_started         timestamptz,
  next_run             timestamptz,
  attempt              int,
  consecutive_failures int     NOT NULL,
  error_kind           text,
  error_message        text,
  error_at             timestamptz,
  node                 text    NOT NULL,
  version              bigint  NOT NULL,
  revision             bigint  NOT NULL,
  CONSTRAINT exchange_slug UNIQUE (tenant, slug)
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX exchange_name ON mm.exchange (tenant, lower(name));

-- The history of runs outlives its exchange.
CREATE TABLE mm.run (
  run_id        uuid    CONSTRAINT run_id PRIMARY KEY,
  exchange      bigint  NOT NULL,
  number        bigint  NOT NULL,
  trigger       text    COLLATE "C" NOT NULL,
  generation    int,
  slot          bigint,
  covers_from   bigint,
  due           timestamptz NOT NULL,
  state         text    COLLATE "C" NOT NULL,
  started       timestamptz NOT NULL,
  ended         timestamptz,
  attempts      int     NOT NULL,
  markets       int,
  tickers       int,
  error_kind    text,
  error_message text,
  error_at      timestamptz,
  node          text    NOT NULL,
  recovers      uuid
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX run_number   ON mm.run (exchange, number);
CREATE UNIQUE INDEX run_running  ON mm.run (exchange) WHERE state = 'running'; -- runs do not overlap
CREATE UNIQUE INDEX run_slot     ON mm.run (exchange, generation, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX run_recovers ON mm.run (recovers) WHERE recovers IS NOT NULL;
CREATE INDEX run_ended ON mm.run (ended, state) WHERE ended IS NOT NULL;
