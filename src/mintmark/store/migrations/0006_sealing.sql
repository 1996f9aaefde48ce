-- Facts about people are sealed, and found by keyed fingerprints.

-- Wrapped data keys live apart, so that they can have backups of their own, kept for a shorter time.
CREATE SCHEMA IF NOT EXISTS mintmark_keys;
CREATE TABLE mintmark_keys.data_key (
    customer bigint PRIMARY KEY,
    wrapped  bytea NOT NULL,
    version  integer NOT NULL
);
COMMENT ON TABLE mintmark_keys.data_key IS 'The key that a customer''s facts are sealed with, wrapped by the key ring.';
COMMENT ON COLUMN mintmark_keys.data_key.version IS 'Of the wrapping key.';

ALTER TABLE edition ADD COLUMN keyed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN edition.keyed IS 'A key ring was made: if it cannot be found, no other is made in its place.';

ALTER TABLE customer RENAME COLUMN facts TO unsealed;
ALTER TABLE customer ALTER COLUMN unsealed DROP NOT NULL,
                     ADD COLUMN sealed bytea,
                     ADD COLUMN index_version integer NOT NULL DEFAULT 0,
                     ADD COLUMN shredded_at timestamptz;
COMMENT ON COLUMN customer.sealed IS 'Facts about people, sealed; read and written by store/facts.py alone.';
COMMENT ON COLUMN customer.unsealed IS 'Facts of a register that was made before there was sealing; NULL as soon as it is opened.';
COMMENT ON COLUMN customer.index_version IS 'Of the index key that the customer can be found under.';
COMMENT ON COLUMN customer.shredded_at IS 'When the facts were shredded; the code stays.';

-- A customer is never deleted: a foreign key to one could not be broken, and would look the customer
-- up once for every key. An old fingerprint is of no use: it had no key.
DROP TABLE identity;
DROP TABLE fact_index;
CREATE TABLE identity (
    key      bytea PRIMARY KEY,
    customer bigint NOT NULL,
    version  integer NOT NULL
);
COMMENT ON TABLE identity IS 'What makes two records certainly one customer: a key is one customer''s.';
CREATE TABLE fact_index (
    fingerprint bytea NOT NULL,
    customer    bigint NOT NULL,
    version     integer NOT NULL
);
CREATE INDEX fact_index_fingerprint ON fact_index (fingerprint, customer);
COMMENT ON TABLE fact_index IS 'Exact search on sealed facts.';
CREATE TABLE match_key (
    key      bigint NOT NULL,
    customer bigint NOT NULL,
    version  integer NOT NULL
);
CREATE INDEX match_key_key ON match_key (key, customer);
COMMENT ON TABLE match_key IS 'Search on damaged facts: keys that alike customers share.';
CREATE INDEX customer_unsealed ON customer (id) WHERE unsealed IS NOT NULL;
