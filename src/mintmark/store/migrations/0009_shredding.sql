-- Shredding: whose facts are gone for good, and whose must not go yet.

CREATE TABLE erasure (
    customer bigint PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text NOT NULL,
    reason   text NOT NULL
);
COMMENT ON TABLE erasure IS 'Whose facts were shredded. Kept in the erasure list as well, which outlives a restore.';

CREATE TABLE replayed (
    list bytea
);
INSERT INTO replayed DEFAULT VALUES;
COMMENT ON TABLE replayed IS 'One row: the digest of the erasure list that the register was last in step with.';

CREATE TABLE legal_hold (
    customer     bigint NOT NULL,
    since        timestamptz NOT NULL,
    actor        text NOT NULL,
    reason       text NOT NULL,
    ended_at     timestamptz,
    ended_by     text,
    ended_reason text,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE UNIQUE INDEX legal_hold_standing ON legal_hold (customer) WHERE ended_at IS NULL;
COMMENT ON TABLE legal_hold IS 'Facts that must be kept for a court or an authority: until it ends, nobody shreds them.';

-- A customer's rows stand close together, for they were added together: an index of block ranges is a
-- thousandth of the table, and finds them all the same. (Learnt keys stand elsewhere: hence "multi".)
CREATE INDEX identity_customer ON identity USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX fact_index_customer ON fact_index USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX match_key_customer ON match_key USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX code_of_customer ON code USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
