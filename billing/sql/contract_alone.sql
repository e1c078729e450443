-- The rule looks at contracts of everybody, so it may speak only after the policies have let the row in: before that, its sentence would tell
-- of a contract that the writer may not know. It names no other contract in any case; the page does, where its reader may see it.

DROP TRIGGER contract_alone ON billing_contract;

CREATE OR REPLACE FUNCTION app.contract_alone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM callcenter_taxiservice s WHERE s.id = NEW.service_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM billing_contract c
             WHERE c.service_id = NEW.service_id AND c.id <> NEW.id
               AND daterange(c.starts_on, c.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')) THEN
    RAISE EXCEPTION 'Contract % overlaps another contract of the same service: end that one first.', NEW.number
      USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER contract_alone AFTER INSERT OR UPDATE OF service_id, starts_on, ends_on ON billing_contract
  FOR EACH ROW EXECUTE FUNCTION app.contract_alone();
