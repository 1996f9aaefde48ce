-- The number ledger: codes that are held or void, numbers without a code, leases, requests, events.

CREATE TABLE edition (
    number   bigint NOT NULL DEFAULT 1,
    register uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO edition DEFAULT VALUES;
COMMENT ON TABLE edition IS 'One row: which register this is; counted on whenever a rule, a code table or a family changes.';

ALTER TABLE counter ADD COLUMN spare bigint NOT NULL DEFAULT 0 CHECK (spare >= 0),
                    ADD COLUMN due timestamptz;
COMMENT ON COLUMN counter.used IS 'How many of the numbers passed are used up: bound, held, void, leased or lost.';
COMMENT ON COLUMN counter.spare IS 'How many of the numbers passed were returned and come again first.';
COMMENT ON COLUMN counter.due IS 'When the first hold in the scope ends; NULL: none ends by itself.';

ALTER TABLE code ADD COLUMN holder text,
                 ADD COLUMN held_until timestamptz,
                 ADD COLUMN attributes jsonb,
                 ADD COLUMN reason text,
                 ADD COLUMN voided_at timestamptz,
                 ADD COLUMN voided_by text,
                 ADD COLUMN request text,
                 DROP CONSTRAINT code_customer_key,
                 DROP CONSTRAINT code_scope_fkey,
                 DROP CONSTRAINT code_rule_fkey,
                 DROP CONSTRAINT code_batch_fkey,
                 DROP CONSTRAINT code_family_fkey,
                 ADD CHECK (voided_at IS NULL OR voided_by IS NOT NULL);
UPDATE code SET holder = actor WHERE customer IS NULL;
ALTER TABLE code ADD CHECK (customer IS NOT NULL OR holder IS NOT NULL);
CREATE UNIQUE INDEX code_customer ON code (customer)
    WHERE customer IS NOT NULL AND voided_at IS NULL;
DROP INDEX code_rule;
CREATE INDEX code_held ON code (scope, held_until) WHERE held_until IS NOT NULL;
COMMENT ON COLUMN code.customer IS 'Whom the code stands for; NULL: it is held.';
COMMENT ON COLUMN code.holder IS 'For whom the code is, or was, held.';
COMMENT ON COLUMN code.attributes IS 'The attributes that a held code was minted with.';
COMMENT ON COLUMN code.reason IS 'Why the code is held, or void.';
COMMENT ON COLUMN code.request IS 'The id of the request that minted it.';

CREATE TABLE lease (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope      text COLLATE "C" NOT NULL,
    rule       integer NOT NULL REFERENCES rule,
    attributes jsonb NOT NULL,
    count      bigint NOT NULL CHECK (count > 0),
    holder     text NOT NULL,
    in_process boolean NOT NULL,
    leased_at  timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at   timestamptz,
    actor      text NOT NULL
);
COMMENT ON TABLE lease IS 'Numbers handed over in a block, to a program or to a site without a network.';
COMMENT ON COLUMN lease.in_process IS 'It ends with its program, which keeps an advisory lock on the id.';

CREATE TABLE span (
    scope  text COLLATE "C" NOT NULL,
    first  bigint NOT NULL,
    last   bigint NOT NULL CHECK (last >= first),
    step   bigint NOT NULL CHECK (step > 0 AND (last - first) % step = 0),
    state  text NOT NULL CHECK (state IN ('leased', 'held', 'returned', 'lost', 'skipped')),
    rule   integer NOT NULL REFERENCES rule,
    lease  bigint REFERENCES lease,
    reason text,
    actor  text NOT NULL,
    since  timestamptz NOT NULL,
    PRIMARY KEY (scope, first)
);
CREATE INDEX span_lease ON span (lease);
COMMENT ON TABLE span IS 'Numbers that were passed, and their state where no code stands on them.';

CREATE TABLE request (
    actor   text NOT NULL,
    id      text NOT NULL,
    content bytea NOT NULL,
    codes   json NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (actor, id)
);
CREATE INDEX request_at ON request (at);
COMMENT ON TABLE request IS 'What was answered to a request, so that repeating it changes nothing.';

CREATE TABLE event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text NOT NULL,
    verb    text NOT NULL,
    scope   text COLLATE "C",
    first   bigint,
    last    bigint,
    count   bigint NOT NULL,
    code    text,
    reason  text,
    request text
);
CREATE INDEX event_scope ON event (scope, id);
COMMENT ON TABLE event IS 'What was done to numbers, by whom, when and why; only ever added to.';

-- Rules, counters, batches and families are never deleted: a foreign key to them could not be broken,
-- and would look them up, and lock their rows, once for every code.

-- A counter's row is written anew with every code: leave room for that on its page.
ALTER TABLE counter SET (fillfactor = 40);
