-- Fields of one's own: which there are beside the usual facts, and who has a value of a sealed one.

CREATE TABLE field (
    name        text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('text', 'phone', 'email', 'id_number', 'date', 'number')),
    sensitivity text NOT NULL CHECK (sensitivity IN ('open', 'sealed')),
    labels      json NOT NULL DEFAULT '{}',
    declared_at timestamptz NOT NULL,
    actor       text NOT NULL
);
COMMENT ON TABLE field IS 'A fact of customers that this register knows beside the usual ones.';
COMMENT ON COLUMN field.sensitivity IS 'sealed: its values are facts about people; open: attributes.';
COMMENT ON COLUMN field.labels IS 'What people call it: language → label.';

ALTER TABLE customer ADD COLUMN fields jsonb;
COMMENT ON COLUMN customer.fields IS 'The names of the sealed fields that the customer has a value of; NULL: none.';
COMMENT ON COLUMN customer.attributes IS 'Open attributes beside type, region, registered and owner; open fields.';
COMMENT ON TABLE edition IS 'One row: which register this is; counted on whenever a rule, a code table, a family or a field changes.';
