-- Batches: imports that are planned, approved, paused and taken back; facts that change.

ALTER TABLE batch ADD COLUMN state         text NOT NULL DEFAULT 'running' CHECK (state IN
                      ('planned', 'approved', 'running', 'paused', 'cancelled', 'finished',
                       'undoing', 'undone')),
                  ADD COLUMN settings      json NOT NULL DEFAULT '{}',
                  ADD COLUMN counts        json NOT NULL DEFAULT '{}',
                  ADD COLUMN planned_at    timestamptz,
                  ADD COLUMN planned_by    text,
                  ADD COLUMN approved_at   timestamptz,
                  ADD COLUMN approved_by   text,
                  ADD COLUMN heartbeat     timestamptz,
                  ADD COLUMN undone_at     timestamptz,
                  ADD COLUMN undone_by     text,
                  ADD COLUMN undone_reason text,
                  ADD CHECK ((planned_at IS NULL) = (planned_by IS NULL)),
                  ADD CHECK ((approved_at IS NULL) = (approved_by IS NULL));
UPDATE batch SET state = 'finished' WHERE finished_at IS NOT NULL;
COMMENT ON TABLE batch IS 'One import of one sheet, from its plan to its end.';
COMMENT ON COLUMN batch.state IS 'running without a program that holds its advisory lock: it was cut off, and can be resumed.';
COMMENT ON COLUMN batch.settings IS 'How the sheet is read: what an import needs to be resumed.';
COMMENT ON COLUMN batch.counts IS 'What became of the rows: outcome → how many.';
COMMENT ON COLUMN batch.started_at IS 'When it began; of one that did not, when it was planned.';
COMMENT ON COLUMN batch.heartbeat IS 'When it last came on.';
COMMENT ON COLUMN batch.undone_at IS 'When it had been taken back; with undone_by alone, that is under way or was cut off.';

-- Now customers leave, if they came by mistake: what stood for them, and had a foreign key to them,
-- would be looked through once for each. Who writes for a customer locks the customer's row instead.
ALTER TABLE code DROP CONSTRAINT code_customer_fkey;
ALTER TABLE external_key DROP CONSTRAINT external_key_customer_fkey,
                         ADD COLUMN batch integer;
ALTER TABLE identity ADD COLUMN batch integer;
ALTER TABLE customer ADD COLUMN batch integer,
                     ADD COLUMN changed_at timestamptz;
COMMENT ON COLUMN customer.batch IS 'The import that brought the customer, with or without a code; NULL: none.';
COMMENT ON COLUMN customer.changed_at IS 'When the facts were last changed; NULL: they are as they came.';
COMMENT ON COLUMN identity.batch IS 'The import that a known customer''s key was learnt from; NULL: none, or it came with the customer.';
COMMENT ON COLUMN external_key.batch IS 'The import that told what the customer is called there; NULL: none.';
CREATE INDEX customer_batch ON customer USING brin (batch int4_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX identity_batch ON identity (batch) WHERE batch IS NOT NULL;
CREATE INDEX external_key_batch ON external_key USING brin (batch int4_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX external_key_customer ON external_key USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);

-- A void code stands for nobody where its customer has left.
ALTER TABLE code DROP CONSTRAINT code_check3,
                 ADD CHECK (customer IS NOT NULL OR holder IS NOT NULL OR voided_at IS NOT NULL);

CREATE TABLE change (
    batch      integer NOT NULL,
    customer   bigint NOT NULL,
    type       text COLLATE "C",
    region     text COLLATE "C",
    registered date,
    owner      text COLLATE "C",
    attributes jsonb NOT NULL,
    sealed     bytea NOT NULL,
    fields     jsonb,
    changed_at timestamptz,
    became     bytea NOT NULL,
    PRIMARY KEY (batch, customer)
);
CREATE INDEX change_customer ON change USING brin (customer int8_minmax_multi_ops)
    WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE change IS 'A known customer as they were before an import changed them.';
COMMENT ON COLUMN change.sealed IS 'Facts about people as they were sealed, under the customer''s data key.';
COMMENT ON COLUMN change.became IS 'SHA-256 of what they were sealed as by the import: another now, and somebody else has changed them since.';

ALTER TABLE event ADD COLUMN batch bigint;
COMMENT ON COLUMN event.batch IS 'The import that it was done by, or to.';
