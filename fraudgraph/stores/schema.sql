-- The tables of a store that are not made from the vocabulary (those are: see schema.py). One statement ends at each semicolon.
-- Nights are 1, 2, ...: the number of the change. Times are UTC.

CREATE TABLE meta (
    key VARCHAR,    -- format: version of this layout; layout: digest of all tables; generation: names this very file
    value VARCHAR
);

CREATE TABLE batches (
    night INTEGER,
    digest VARCHAR,     -- of what came in
    command VARCHAR,
    known_at VARCHAR,   -- ISO 8601, wall clock
    summary VARCHAR     -- JSON
);

CREATE TABLE documents (
    kind VARCHAR,       -- calibration or ruleset
    name VARCHAR,       -- a function of the content
    document VARCHAR,   -- JSON
    from_night INTEGER  -- in force from this night until the next of its kind
);

CREATE TABLE settings (
    key VARCHAR,
    value VARCHAR,      -- JSON
    from_night INTEGER  -- in force from this night until the next of its key
);

CREATE TABLE slots (
    slot VARCHAR,       -- a column of keys that the book has
    from_night INTEGER
);
