-- Finding: keys of other systems, and what lists of customers are filtered and ordered by.

-- One order on every server, whatever its language; and what is compared byte by byte is fast.
ALTER TABLE customer ALTER COLUMN type TYPE text COLLATE "C",
                     ALTER COLUMN region TYPE text COLLATE "C",
                     ALTER COLUMN owner TYPE text COLLATE "C";

-- A page begins where the last one ended: so each order ends with the inner number.
CREATE INDEX customer_added ON customer (added_at, id);
CREATE INDEX customer_registered ON customer (registered, id);
CREATE INDEX customer_type ON customer (type, id);
CREATE INDEX customer_region ON customer (region, id);
CREATE INDEX customer_owner ON customer (owner, id);
CREATE INDEX customer_attributes ON customer USING gin (attributes jsonb_path_ops);

-- Batches and rules follow each other, as the rows do: a few pages say what each megabyte holds.
CREATE INDEX code_source ON code USING brin (batch, rule);

-- The few customers whose code is void; a living code is found by code_customer.
CREATE INDEX code_void ON code (customer) WHERE voided_at IS NOT NULL;

CREATE TABLE external_key (
    source   text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    customer bigint NOT NULL REFERENCES customer,
    PRIMARY KEY (source, key)
);
COMMENT ON TABLE external_key IS 'What another system calls a customer: a key is one customer''s, who may have several.';
