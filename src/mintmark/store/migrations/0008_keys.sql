-- Which keys the register goes by: a ring with others of the same version is found out at once.
CREATE TABLE mintmark_keys.key_check (
    id          text PRIMARY KEY,
    purpose     text NOT NULL,
    version     integer NOT NULL,
    check_value text NOT NULL,
    UNIQUE (purpose, version)
);
COMMENT ON TABLE mintmark_keys.key_check IS 'Every key that was ever used, and what tells a wrong secret from the right one; it tells nothing else.';
