-- Kinds of entities by number: a small key in each event.
CREATE TABLE mm.entity (
  id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL CONSTRAINT entity_name UNIQUE
);

-- The shard stands before the actor, so that a node reads what it has claimed in a few stretches of the index.
CREATE TABLE mm.event (
  entity  smallint NOT NULL, -- mm.entity, in which nothing ever goes; a check of each event would cost more than it tells
  shard   smallint NOT NULL,
  actor   bigint   NOT NULL,
  seq     bigint   NOT NULL,
  kind    text     NOT NULL,
  version int      NOT NULL,
  at      bigint   NOT NULL, -- 100 ns since 1970 UTC: replay must see the very instant
  data    text     NOT NULL, -- JSON, byte for byte
  CONSTRAINT event_key PRIMARY KEY (entity, shard, actor, seq)
);

CREATE TABLE mm.snapshot (
  entity smallint NOT NULL,
  shard  smallint NOT NULL,
  actor  bigint   NOT NULL,
  seq    bigint   NOT NULL, -- the last event in it
  data   text     NOT NULL, -- JSON, byte for byte
  CONSTRAINT snapshot_key PRIMARY KEY (entity, shard, actor)
) WITH (fillfactor = 70);

-- Numbers that are given out once, ever.
CREATE TABLE mm.counter (
  name text COLLATE "C" PRIMARY KEY,
  last bigint NOT NULL
) WITH (fillfactor = 50);

-- A rule that a constraint cannot say. All rules that a write can break have the name by which callers know them.
CREATE FUNCTION mm.expect(holds boolean, rule text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF NOT holds THEN
    RAISE EXCEPTION 'the rule % does not hold', rule USING ERRCODE = 'MM003', CONSTRAINT = rule;
  END IF;
END
$$;
