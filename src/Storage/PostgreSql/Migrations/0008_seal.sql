-- What is kept of the cluster's secret, so that a node with another one is refused before it is a member. Null: only nodes of before.
ALTER TABLE mm.cluster ADD COLUMN seal text;
