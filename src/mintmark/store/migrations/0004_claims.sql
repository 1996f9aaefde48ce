-- A program that was the last to move a counter need not ask where it stands: it claims that it does.

CREATE FUNCTION claim_stands(stands boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF stands THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION 'a counter or a rule has changed' USING ERRCODE = 'MM001';
END
$$;
COMMENT ON FUNCTION claim_stands IS 'Ends the transaction, with the state MM001, if what was claimed is not so.';
