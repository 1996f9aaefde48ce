-- Jobs: long work that whichever worker comes does in the background.

CREATE TABLE job (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL,
    settings      json NOT NULL,
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN
                  ('waiting', 'running', 'done', 'failed', 'cancelled')),
    is_cancelling boolean NOT NULL DEFAULT false,
    done          bigint NOT NULL DEFAULT 0,
    total         bigint,
    tries         integer NOT NULL DEFAULT 0,
    batch         integer,
    report        json NOT NULL DEFAULT '{}',
    error         text,
    facts         json NOT NULL DEFAULT '{}',
    actor         text NOT NULL,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    seen_at       timestamptz,
    finished_at   timestamptz,
    queued        bigint,
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX job_open ON job (id) WHERE state IN ('waiting', 'running');
COMMENT ON TABLE job IS 'Long work in the background, and how far it is.';
COMMENT ON COLUMN job.settings IS 'What is to be done: never a password, and no fact about a person.';
COMMENT ON COLUMN job.state IS 'running without a program that holds its advisory lock: its worker died, and the next one goes on.';
COMMENT ON COLUMN job.is_cancelling IS 'Somebody wants it to stop: whoever works on it looks at every step.';
COMMENT ON COLUMN job.total IS 'Of how many steps so many are done; NULL: nobody knows yet.';
COMMENT ON COLUMN job.tries IS 'How often a worker has begun it, or gone on with it.';
COMMENT ON COLUMN job.batch IS 'The import that it is, once it has begun.';
COMMENT ON COLUMN job.error IS 'The slug of the refusal that ended it, whose facts are beside.';
COMMENT ON COLUMN job.queued IS 'Its place in the queue: mintmark_jobs.procrastinate_jobs.';
