-- What a closing writes adds up and stays as it is; a contract is billed by one closing at a time.

-- Two contracts of one service never share a day: otherwise an order would belong to both.
CREATE FUNCTION app.contract_alone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE other text;
BEGIN
  PERFORM FROM callcenter_taxiservice s WHERE s.id = NEW.service_id FOR NO KEY UPDATE;
  SELECT c.number INTO other FROM billing_contract c
  WHERE c.service_id = NEW.service_id AND c.id <> NEW.id
    AND daterange(c.starts_on, c.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Contract % overlaps contract % of the same service: end that one first.', NEW.number, other
      USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$;

-- Lines come first, then the invoice that they add up to; from then on it takes no further line.
CREATE FUNCTION app.line_before_invoice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM billing_invoice i WHERE i.service_id = NEW.service_id AND i.id = NEW.invoice_id) THEN
    RAISE EXCEPTION 'This invoice is issued: it takes no further line. Correct it by a document of its own.'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION app.invoice_adds_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE lines numeric := (SELECT coalesce(sum(l.amount), 0) FROM billing_invoiceline l
                          WHERE l.service_id = NEW.service_id AND l.invoice_id = NEW.id);
        units bigint := (SELECT coalesce(sum(u.units), 0) FROM billing_usageentry u
                         WHERE u.service_id = NEW.service_id AND u.contract_id = NEW.contract_id AND u.billing_month = NEW.month);
BEGIN
  IF lines <> NEW.total OR units <> NEW.orders THEN
    RAISE EXCEPTION 'The invoice says % for % orders: its lines say %, the ledger says % orders.', NEW.total, NEW.orders, lines, units
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER contract_alone BEFORE INSERT OR UPDATE OF service_id, starts_on, ends_on ON billing_contract
  FOR EACH ROW EXECUTE FUNCTION app.contract_alone();
CREATE TRIGGER line_before_invoice BEFORE INSERT ON billing_invoiceline FOR EACH ROW EXECUTE FUNCTION app.line_before_invoice();
CREATE TRIGGER invoice_adds_up BEFORE INSERT ON billing_invoice FOR EACH ROW EXECUTE FUNCTION app.invoice_adds_up();

-- The sweep takes this lock before it looks which months are closed: a closing waits for it, and it for a closing.
CREATE FUNCTION app.hold_contracts(wanted uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN PERFORM FROM billing_contract c WHERE c.id = ANY (wanted) ORDER BY c.id FOR SHARE; END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hold_contracts(uuid[]) TO cc_billing;
