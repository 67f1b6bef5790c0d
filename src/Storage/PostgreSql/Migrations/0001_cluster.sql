-- Who lives, and who owns what. The protocol and why it is safe: docs/decisions/0006-ownership.md
CREATE TABLE mm.cluster (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  id     uuid    NOT NULL DEFAULT gen_random_uuid(),
  shards int     NOT NULL DEFAULT 120,
  hash   text    NOT NULL DEFAULT 'splitmix64',
  level  int     NOT NULL DEFAULT 1,          -- kinds of events above it must not be written yet
  system_identifier bigint NOT NULL,
  timeline int   NOT NULL                     -- the highest that was seen: a lower one is an old server
);

CREATE TABLE mm.node (
  inc     uuid PRIMARY KEY,                   -- new at every start and every rejoin
  name    text    NOT NULL,
  address text    NOT NULL,
  roles   text[]  NOT NULL,
  level   int     NOT NULL,
  alive   boolean NOT NULL DEFAULT true,
  leaving boolean NOT NULL DEFAULT false,
  beat    bigint  NOT NULL DEFAULT 0,         -- must move
  key     bigint  NOT NULL,                   -- of the advisory lock that its presence session holds
  joined  timestamptz NOT NULL DEFAULT now(),
  ended   timestamptz,
  reason  text                                -- what it died of
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX node_name ON mm.node (name) WHERE alive;

-- One per writing connection. A write holds its lane to its commit; whoever takes shards away locks all lanes first. Updated
-- only to die: a row per batch would bloat.
CREATE TABLE mm.lane (
  inc   uuid    NOT NULL REFERENCES mm.node (inc) ON DELETE CASCADE,
  no    int     NOT NULL,
  alive boolean NOT NULL DEFAULT true,
  PRIMARY KEY (inc, no)
);

CREATE TABLE mm.shard (
  role   text   NOT NULL,
  no     int    NOT NULL,
  owner  uuid   REFERENCES mm.node (inc),
  epoch  bigint NOT NULL DEFAULT 0,           -- only rises
  wanted uuid,
  PRIMARY KEY (role, no)
);

CREATE INDEX shard_owner ON mm.shard (owner);

INSERT INTO mm.shard (role, no) SELECT role, no FROM unnest(ARRAY['gather', 'trade']) AS role, generate_series(0, 119) AS no;

-- Locks the lane in one statement and reads the epochs in the next, which under READ COMMITTED has a newer snapshot: a change of
-- owner that was committed before the lane could be locked is seen.
CREATE FUNCTION mm.fence(me uuid, lane int, roles text[], shards int[], epochs bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  lost text;
BEGIN
  PERFORM 1 FROM mm.lane l WHERE l.inc = me AND l.no = lane AND l.alive FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'node % is not alive', me USING ERRCODE = 'MM001';
  END IF;
  SELECT string_agg(t.role || '/' || t.no || '@' || t.epoch, ',') INTO lost
  FROM unnest(roles, shards, epochs) AS t (role, no, epoch)
  LEFT JOIN mm.shard s ON s.role = t.role AND s.no = t.no
  WHERE s.owner IS DISTINCT FROM me OR s.epoch IS DISTINCT FROM t.epoch;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION 'shards have passed on: %', lost USING ERRCODE = 'MM002', DETAIL = lost;
  END IF;
END
$$;
