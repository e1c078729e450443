-- The ledger and the invoices are written once. A closed month takes no further usage: corrections are documents of their own.

CREATE FUNCTION app.billing_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION '% is written once: % is refused. Correct it by a document of its own.', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION app.usage_in_open_month() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM billing_contract c WHERE c.id = NEW.contract_id AND c.service_id = NEW.service_id FOR SHARE;
  IF EXISTS (SELECT FROM billing_invoice i WHERE i.service_id = NEW.service_id AND i.contract_id = NEW.contract_id
             AND i.month = NEW.billing_month) THEN
    RAISE EXCEPTION 'The month % of this contract is closed: usage for it needs a correction.', to_char(NEW.billing_month, 'YYYY-MM')
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER usage_open BEFORE INSERT ON billing_usageentry FOR EACH ROW EXECUTE FUNCTION app.usage_in_open_month();
CREATE TRIGGER usage_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_usageentry FOR EACH STATEMENT EXECUTE FUNCTION app.billing_keep();
CREATE TRIGGER invoice_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_invoice FOR EACH STATEMENT EXECUTE FUNCTION app.billing_keep();
CREATE TRIGGER line_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_invoiceline FOR EACH STATEMENT EXECUTE FUNCTION app.billing_keep();

-- Closing takes this lock: no usage can slip in between counting and the invoice.
CREATE FUNCTION app.lock_contract(wanted uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN PERFORM FROM billing_contract c WHERE c.id = wanted FOR UPDATE; END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lock_contract(uuid) TO cc_billing;
