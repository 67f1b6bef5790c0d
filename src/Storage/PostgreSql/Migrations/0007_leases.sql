-- Each node is judged by its own lease, so that a roll-out may change it. None: a node of before, which is judged by the watcher's.
ALTER TABLE mm.node ADD COLUMN lease interval;
