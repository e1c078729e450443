-- The audit trail: one hash chain per service (and one for the centre itself, the nil UUID). Rows are only ever added; the database sets the
-- place in the chain, the time and the hash, whatever the writer says. callcenter.audit.verify computes the same hash without these functions.

-- Each field carries its length, so that no text can be moved from one field to the next; the time is counted in microseconds, so that the
-- session's time zone has no part in it.
CREATE FUNCTION app.audit_digest(prev bytea, chain uuid, entry public.callcenter_auditentry) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT sha256(prev || convert_to(string_agg(octet_length(convert_to(f.field, 'UTF8')) || ':' || f.field, ',' ORDER BY f.place), 'UTF8'))
  FROM unnest(ARRAY[chain::text, entry.id::text, entry.seq::text, (extract(epoch FROM entry.at) * 1000000)::bigint::text, entry.actor::text,
                    coalesce(entry."grant"::text, ''), entry.action::text, entry.detail::text]) WITH ORDINALITY AS f (field, place) $$;

CREATE FUNCTION app.audit_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE of_chain uuid := coalesce(NEW.service, '00000000-0000-0000-0000-000000000000'); last public.callcenter_audithead;
BEGIN
  INSERT INTO callcenter_audithead (chain, seq, hash) VALUES (of_chain, 0, '') ON CONFLICT DO NOTHING;
  SELECT h.* INTO last FROM callcenter_audithead h WHERE h.chain = of_chain FOR UPDATE;
  NEW.seq := last.seq + 1;
  NEW.at := clock_timestamp();
  NEW.prev_hash := last.hash;
  NEW.hash := app.audit_digest(last.hash, of_chain, NEW);
  UPDATE callcenter_audithead SET seq = NEW.seq, hash = NEW.hash WHERE chain = of_chain;
  RETURN NEW;
END $$;

CREATE FUNCTION app.audit_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'The audit trail is only ever added to: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_link BEFORE INSERT ON callcenter_auditentry FOR EACH ROW EXECUTE FUNCTION app.audit_link();
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON callcenter_auditentry FOR EACH STATEMENT EXECUTE FUNCTION app.audit_keep();

-- The end of every chain, to be kept outside the database.
CREATE FUNCTION app.audit_anchors() RETURNS TABLE (chain uuid, seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT h.chain, h.seq, h.hash FROM callcenter_audithead h ORDER BY h.chain $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_anchors() TO cc_worker;
