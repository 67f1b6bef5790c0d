CREATE TABLE mm.answer (
  caller    text COLLATE "C" NOT NULL,
  route     text COLLATE "C" NOT NULL,
  key       text COLLATE "C" NOT NULL,
  body_hash text NOT NULL,
  answer    text NOT NULL, -- JSON, byte for byte
  at        timestamptz NOT NULL,
  CONSTRAINT idempotency PRIMARY KEY (caller, route, key)
);

CREATE INDEX answer_at ON mm.answer (at);

CREATE TABLE mm.api_key (
  id      text  COLLATE "C" CONSTRAINT api_key_id PRIMARY KEY,
  name    text  NOT NULL,
  role    text  NOT NULL,
  hash    bytea NOT NULL,
  created timestamptz NOT NULL,
  revoked timestamptz
);

CREATE TABLE mm.setting (
  key   text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);
