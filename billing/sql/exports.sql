-- A file is fetched once: the page asks for a link, which gives the file a fresh token, and the link takes file and token together.
-- Row-level security decides who sees the export itself; these functions go on from there.

CREATE FUNCTION app.open_export(wanted uuid, token bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE mine public.billing_export;
BEGIN
  SELECT e.* INTO mine FROM billing_export e
  WHERE e.id = wanted AND e.state = 'done' AND e.expires_at > clock_timestamp()
    AND (e.service_id = app.tenant() OR app.staff() IN ('accountant', 'admin'));
  IF mine.id IS NULL THEN RETURN false; END IF;
  UPDATE billing_exportfile f SET token_hash = token WHERE f.export_id = mine.id AND f.service_id = mine.service_id;
  RETURN FOUND;
END $$;

CREATE FUNCTION app.fetch_export(wanted uuid, token bytea) RETURNS TABLE (content bytea, format text, number text, month date)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY
    WITH taken AS (
      UPDATE billing_exportfile f SET token_hash = NULL FROM billing_export e
      WHERE e.id = wanted AND f.export_id = e.id AND f.service_id = e.service_id AND f.token_hash = token
        AND e.expires_at > clock_timestamp() AND (e.service_id = app.tenant() OR app.staff() IN ('accountant', 'admin'))
      RETURNING f.content AS bytes, e.format AS form, e.invoice_id AS invoice)
    SELECT t.bytes, t.form::text, i.number::text, i.month FROM taken t JOIN billing_invoice i ON i.id = t.invoice;
END $$;

REVOKE ALL ON FUNCTION app.open_export(uuid, bytea), app.fetch_export(uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.open_export(uuid, bytea), app.fetch_export(uuid, bytea) TO cc_web;
