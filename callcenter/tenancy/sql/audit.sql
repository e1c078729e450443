-- The audit trail: one hash chain per service (and one for the centre itself, the nil UUID). Rows are only ever added; the database sets the
-- place in the chain, the time and the hash, whatever the writer says.

CREATE FUNCTION app.audit_digest(prev bytea, chain uuid, entry public.callcenter_auditentry) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT sha256(prev || convert_to(concat_ws('|', chain, entry.seq, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.actor,
                                             coalesce(entry."grant"::text, '-'), entry.action, entry.detail::text), 'UTF8')) $$;

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

-- The first broken entry of each chain: altered, missing inside, or cut off at the end. Empty when all chains hold.
CREATE FUNCTION app.audit_broken() RETURNS TABLE (chain uuid, seq bigint, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH entries AS (
    SELECT coalesce(e.service, '00000000-0000-0000-0000-000000000000'::uuid) AS chain, e.seq,
           app.audit_digest(e.prev_hash, coalesce(e.service, '00000000-0000-0000-0000-000000000000'::uuid), e) = e.hash AS intact,
           e.prev_hash = coalesce(lag(e.hash) OVER w, '') AS linked, e.hash
    FROM callcenter_auditentry e WINDOW w AS (PARTITION BY e.service ORDER BY e.seq)),
  wrong AS (
    SELECT chain, min(seq) AS seq, 'altered or missing' AS why FROM entries WHERE NOT (intact AND linked) GROUP BY chain
    UNION ALL
    SELECT h.chain, h.seq, 'end cut off' FROM callcenter_audithead h
    LEFT JOIN (SELECT DISTINCT ON (chain) chain, seq, hash FROM entries ORDER BY chain, seq DESC) l ON l.chain = h.chain
    WHERE h.seq IS DISTINCT FROM coalesce(l.seq, 0) OR h.hash IS DISTINCT FROM coalesce(l.hash, ''))
  SELECT DISTINCT ON (w.chain) w.chain, w.seq, w.why FROM wrong w ORDER BY w.chain, w.seq $$;

CREATE FUNCTION app.audit_anchors() RETURNS TABLE (chain uuid, seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT h.chain, h.seq, h.hash FROM callcenter_audithead h ORDER BY h.chain $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_broken(), app.audit_anchors() TO cc_worker;
