-- Which run the markets of an exchange are from: one row instead of a column in each market, so that a market whose prices
-- did not move is not written.
CREATE TABLE market_set (
  exchange   INTEGER PRIMARY KEY REFERENCES exchange (id),
  run_number INTEGER NOT NULL,
  updated    INTEGER NOT NULL
);

CREATE TABLE market (
  id            INTEGER PRIMARY KEY,
  exchange      INTEGER NOT NULL REFERENCES exchange (id),
  symbol        TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  type          TEXT    NOT NULL,
  base          TEXT    NOT NULL, -- what prices are quoted in
  quote         TEXT    NOT NULL, -- what is traded
  active        INTEGER,
  volume_bucket INTEGER,          -- the leading bits of volume_usd: orders like it, changes seldom
  volume        TEXT,
  volume_usd    TEXT,
  last          TEXT,
  bid           TEXT,
  ask           TEXT,
  venue_time    INTEGER,
  UNIQUE (exchange, symbol)
);

-- A new price touches neither. Both cover the filters, so that counting reads no market.
CREATE INDEX market_volume ON market (volume_bucket, base, quote, exchange, type, active);
CREATE INDEX market_quote  ON market (quote, base, exchange, type, active);
