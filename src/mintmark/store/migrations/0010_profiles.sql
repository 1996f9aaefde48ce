-- Profiles: how files with these headings are read, so that it is said once.

CREATE TABLE intake_profile (
    name     text PRIMARY KEY,
    headings text[] NOT NULL,
    content  jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    actor    text NOT NULL
);
COMMENT ON TABLE intake_profile IS 'How files of one kind are imported: headings, what they are, what their values mean.';
COMMENT ON COLUMN intake_profile.headings IS 'The headings of such a file, as it has them.';
COMMENT ON COLUMN intake_profile.content IS 'Mapping, ignored columns, defaults, values, order of dates.';
