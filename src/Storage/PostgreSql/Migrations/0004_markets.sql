-- Which run the markets of an exchange are from: one row instead of a column in each market, so that a market whose prices
-- did not move is not written.
CREATE TABLE mm.market_set (
  exchange   bigint PRIMARY KEY CONSTRAINT exchange_missing REFERENCES mm.exchange (id),
  run_number bigint NOT NULL,
  updated    timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE mm.market (
  id            bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  exchange      bigint  NOT NULL,
  symbol        text    COLLATE "C" NOT NULL,
  name          text    COLLATE "C" NOT NULL,
  type          text    COLLATE "C" NOT NULL,
  base          text    COLLATE "C" NOT NULL, -- what prices are quoted in
  quote         text    COLLATE "C" NOT NULL, -- what is traded
  active        boolean,
  volume_bucket bigint,                       -- the leading bits of volume_usd: orders like it, changes seldom
  volume        numeric,
  volume_usd    numeric,
  last          numeric,
  bid           numeric,
  ask           numeric,
  venue_time    timestamptz,
  CONSTRAINT market_symbol UNIQUE (exchange, symbol)
) WITH (fillfactor = 70); -- a new price touches no index, and its row finds room on its page

CREATE INDEX market_volume ON mm.market (volume_bucket, base, quote, exchange, type, active);
CREATE INDEX market_quote  ON mm.market (quote, base, exchange, type, active);

-- Replaces the markets of an exchange by what a run brought, writing only what differs. Those of an older run than what is
-- stored are ignored.
CREATE FUNCTION mm.replace_markets(
  p_exchange bigint, p_run bigint, p_updated timestamptz, p_symbol text[], p_name text[], p_type text[], p_base text[], p_quote text[],
  p_active boolean[], p_bucket bigint[], p_volume numeric[], p_volume_usd numeric[], p_last numeric[], p_bid numeric[], p_ask numeric[],
  p_venue_time timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mm.market_set AS s (exchange, run_number, updated) VALUES (p_exchange, p_run, p_updated)
  ON CONFLICT (exchange) DO UPDATE SET run_number = excluded.run_number, updated = excluded.updated
  WHERE excluded.run_number >= s.run_number;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  DELETE FROM mm.market m WHERE m.exchange = p_exchange
    AND NOT EXISTS (SELECT 1 FROM unnest(p_symbol) AS b (symbol) WHERE b.symbol = m.symbol);

  UPDATE mm.market m
  SET name = b.name, type = b.type, base = b.base, quote = b.quote, active = b.active, volume_bucket = b.bucket, volume = b.volume,
    volume_usd = b.volume_usd, last = b.last, bid = b.bid, ask = b.ask, venue_time = b.venue_time
  FROM unnest(p_symbol, p_name, p_type, p_base, p_quote, p_active, p_bucket, p_volume, p_volume_usd, p_last, p_bid, p_ask, p_venue_time)
    AS b (symbol, name, type, base, quote, active, bucket, volume, volume_usd, last, bid, ask, venue_time)
  WHERE m.exchange = p_exchange AND m.symbol = b.symbol
    AND (m.name, m.type, m.base, m.quote, m.active, m.volume_bucket, m.volume, m.volume_usd, m.last, m.bid, m.ask, m.venue_time)
      IS DISTINCT FROM
      (b.name, b.type, b.base, b.quote, b.active, b.bucket, b.volume, b.volume_usd, b.last, b.bid, b.ask, b.venue_time);

  INSERT INTO mm.market (exchange, symbol, name, type, base, quote, active, volume_bucket, volume, volume_usd, last, bid, ask, venue_time)
  SELECT p_exchange, b.*
  FROM unnest(p_symbol, p_name, p_type, p_base, p_quote, p_active, p_bucket, p_volume, p_volume_usd, p_last, p_bid, p_ask, p_venue_time)
    AS b (symbol, name, type, base, quote, active, bucket, volume, volume_usd, last, bid, ask, venue_time)
  WHERE NOT EXISTS (SELECT 1 FROM mm.market m WHERE m.exchange = p_exchange AND m.symbol = b.symbol);
END
$$;
