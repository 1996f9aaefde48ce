-- The register: rules, counters, customers, codes.
-- Comments on tables say what a row is; the words are those of docs/glossary.md.

CREATE TABLE rule (
    version      integer PRIMARY KEY CHECK (version > 0),
    definition   json NOT NULL,
    published_at timestamptz NOT NULL,
    actor        text NOT NULL
);
COMMENT ON TABLE rule IS 'A published version of the coding rule; never changed.';

CREATE TABLE counter (
    scope text COLLATE "C" PRIMARY KEY,
    last  bigint NOT NULL CHECK (last > 0)
);
COMMENT ON TABLE counter IS 'The last number taken in a scope. Locked until the codes are committed.';

CREATE TABLE batch (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file        text NOT NULL,
    sheet       text NOT NULL,
    digest      bytea NOT NULL,
    total       integer NOT NULL,
    done        integer NOT NULL DEFAULT 0,
    coded       integer NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    actor       text NOT NULL
);
COMMENT ON TABLE batch IS 'One import of one sheet. Without finished_at it is under way, or was cut off.';

CREATE SEQUENCE customer_id;
CREATE TABLE customer (
    id         bigint PRIMARY KEY,
    type       text,
    region     text,
    registered date,
    owner      text,
    facts      jsonb NOT NULL,
    added_at   timestamptz NOT NULL
);
COMMENT ON COLUMN customer.facts IS 'Facts about people; read and written by store/facts.py alone.';

CREATE TABLE code (
    canonical text COLLATE "C" PRIMARY KEY,
    text      text NOT NULL,
    rule      integer NOT NULL REFERENCES rule,
    scope     text COLLATE "C" NOT NULL REFERENCES counter,
    number    bigint NOT NULL CHECK (number > 0),
    customer  bigint UNIQUE REFERENCES customer,
    batch     bigint REFERENCES batch,
    minted_at timestamptz NOT NULL,
    actor     text NOT NULL,
    UNIQUE (scope, number)
);
COMMENT ON COLUMN code.customer IS 'Whom the code stands for; NULL: minted ahead, not yet bound.';

CREATE TABLE identity (
    key      bytea PRIMARY KEY,
    customer bigint NOT NULL REFERENCES customer
);
COMMENT ON TABLE identity IS 'What makes two records certainly one customer: a key is one customer''s.';

CREATE TABLE fact_index (
    fingerprint bytea NOT NULL,
    customer    bigint NOT NULL REFERENCES customer
);
CREATE INDEX fact_index_fingerprint ON fact_index (fingerprint, customer);
COMMENT ON TABLE fact_index IS 'Exact search on facts about people.';
