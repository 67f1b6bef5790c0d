-- What nodes may ask of venues, all together: docs/decisions/0007-budgets-of-a-cluster.md
CREATE TABLE mm.budget (
  venue   text   COLLATE "C" NOT NULL,
  egress  text   COLLATE "C" NOT NULL,
  part    text   COLLATE "C" NOT NULL,
  version bigint NOT NULL,              -- who writes, has read the one before
  book    text   NOT NULL,              -- JSON
  touched timestamptz NOT NULL,
  PRIMARY KEY (venue, egress, part)
) WITH (fillfactor = 20);

-- A venue said to be left alone. Nodes that heard of it hold it on clocks of their own; this is for those that come later.
CREATE TABLE mm.budget_block (
  venue  text        COLLATE "C" NOT NULL,
  egress text        COLLATE "C" NOT NULL,
  at     timestamptz NOT NULL,
  length interval    NOT NULL,
  PRIMARY KEY (venue, egress)
);

-- What is left of it; nothing once the clock has stepped back behind its beginning.
CREATE FUNCTION mm.block_left(at timestamptz, length interval) RETURNS interval LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN clock_timestamp() < at THEN interval '0' ELSE greatest(interval '0', length - (clock_timestamp() - at)) END
$$;
