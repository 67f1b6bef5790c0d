-- Events in the order of their commits: appending touches few pages, and a replay reads them as they lie.
CREATE TABLE entity (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE event (
  id      INTEGER PRIMARY KEY,
  entity  INTEGER NOT NULL REFERENCES entity (id),
  actor   INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  at      INTEGER NOT NULL, -- 100 ns since 1970 UTC: replay must see the very instant
  data    TEXT    NOT NULL, -- JSON
  UNIQUE (entity, actor, seq)
);

CREATE TABLE snapshot (
  entity INTEGER NOT NULL REFERENCES entity (id),
  actor  INTEGER NOT NULL,
  seq    INTEGER NOT NULL, -- the last event in it
  data   TEXT    NOT NULL, -- JSON
  PRIMARY KEY (entity, actor)
) WITHOUT ROWID;

-- Numbers that are given out once, ever.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) WITHOUT ROWID;
