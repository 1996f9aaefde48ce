-- Several rules, each with versions, drafts and additions to its code tables; counters that know how
-- full they are; codes given by hand and legacy codes; open attributes of customers.

ALTER TABLE rule RENAME COLUMN version TO id;
ALTER TABLE rule ADD COLUMN name text NOT NULL DEFAULT 'main',
                 ADD COLUMN version integer CHECK (version > 0),
                 ADD COLUMN effective_from timestamptz,
                 ADD COLUMN withdrawn_at timestamptz;
UPDATE rule SET version = id, effective_from = published_at;
ALTER TABLE rule ALTER COLUMN name DROP DEFAULT,
                 ALTER COLUMN version SET NOT NULL,
                 ALTER COLUMN effective_from SET NOT NULL,
                 ADD UNIQUE (name, version);
COMMENT ON TABLE rule IS 'A published version of a coding rule; never changed. In force from effective_from until its successor is, unless withdrawn before its first code.';

CREATE TABLE addition (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule      integer NOT NULL REFERENCES rule,
    attribute text NOT NULL,
    entries   json NOT NULL,
    added_at  timestamptz NOT NULL,
    actor     text NOT NULL
);
COMMENT ON TABLE addition IS 'Entries added to a code table of a published rule, after a new proof.';

CREATE TABLE draft (
    name         text PRIMARY KEY,
    definition   json NOT NULL,
    saved_at     timestamptz NOT NULL,
    proved_at    timestamptz,
    simulated_at timestamptz,
    actor        text NOT NULL
);
COMMENT ON TABLE draft IS 'A rule that is not published yet; saving it again begins anew.';

CREATE TABLE family (
    name        text PRIMARY KEY,
    patterns    text[] NOT NULL,
    declared_at timestamptz NOT NULL,
    actor       text NOT NULL
);
COMMENT ON TABLE family IS 'Legacy codes: kept out of the way of all rules, accepted by hand.';

ALTER TABLE counter DROP CONSTRAINT counter_last_check,
                    ADD CHECK (last >= -1),
                    ADD COLUMN used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
                    ADD COLUMN capacity bigint NOT NULL DEFAULT 0;
UPDATE counter SET used = last,
    capacity = 10::numeric ^ (length(scope) - length(replace(scope, '#', ''))) - 1;
COMMENT ON COLUMN counter.last IS 'The highest number passed; -1: none yet. Random scopes: how many were drawn.';
COMMENT ON COLUMN counter.used IS 'How many codes were numbered here.';

ALTER TABLE code ALTER COLUMN rule DROP NOT NULL,
                 ALTER COLUMN scope DROP NOT NULL,
                 ALTER COLUMN number DROP NOT NULL,
                 ADD COLUMN family text REFERENCES family,
                 ADD COLUMN by_hand boolean NOT NULL DEFAULT false,
                 DROP CONSTRAINT code_number_check,
                 ADD CHECK (number >= 0),
                 ADD CHECK ((scope IS NULL) = (number IS NULL)),
                 ADD CHECK (rule IS NOT NULL OR family IS NOT NULL);
CREATE INDEX code_rule ON code (rule);
COMMENT ON COLUMN code.by_hand IS 'The code was given, not numbered.';

ALTER TABLE customer ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN customer.attributes IS 'Open attributes beside type, region and registered.';
