-- What an import has done so far: which rows of the file became, or were found to be, which customers.

CREATE TABLE portion (
    batch     integer NOT NULL,
    rows      integer[] NOT NULL,
    customers bigint[] NOT NULL,
    CHECK (cardinality(rows) = cardinality(customers))
);
CREATE INDEX portion_batch ON portion (batch);
COMMENT ON TABLE portion IS 'The rows of one unit of work of an import, and the customer of each; 0: it was refused.';
