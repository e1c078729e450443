-- The capability: what a request holds is a random token; the database knows its SHA-256 only. No role of a process can read the grant
-- table, so a forged setting opens nothing.

CREATE SCHEMA IF NOT EXISTS app;
REVOKE ALL ON SCHEMA app FROM PUBLIC;
GRANT USAGE ON SCHEMA app TO cc_web, cc_auth, cc_switch, cc_worker, cc_billing;

CREATE FUNCTION app.hashed(setting text) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS
$$ SELECT sha256(convert_to(nullif(current_setting(setting, true), ''), 'UTF8')) $$;

CREATE FUNCTION app.live_grant() RETURNS public.callcenter_grant
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant;
BEGIN
  SELECT g.* INTO held FROM callcenter_grant g
  WHERE g.token_hash = app.hashed('app.token') AND g.closed_at IS NULL
    AND g.expires_at > clock_timestamp() AND g.hard_expires_at > clock_timestamp();
  IF held.service_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM callcenter_taxiservice s WHERE s.id = held.service_id AND s.active) THEN
    RETURN NULL;
  END IF;
  RETURN held;
END $$;

CREATE FUNCTION app.call_service() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant := app.live_grant();
BEGIN RETURN CASE WHEN held.kind = 'call' THEN held.service_id END; END $$;

CREATE FUNCTION app.call() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant := app.live_grant();
BEGIN RETURN CASE WHEN held.kind = 'call' THEN held.call_id END; END $$;

CREATE FUNCTION app.tenant() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant := app.live_grant();
BEGIN RETURN CASE WHEN held.kind = 'tenant' THEN held.service_id END; END $$;

CREATE FUNCTION app.staff() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant := app.live_grant();
BEGIN
  IF held.kind IS DISTINCT FROM 'staff' THEN RETURN NULL; END IF;
  RETURN (SELECT p.job FROM callcenter_person p WHERE p.id = held.person_id AND p.active);
END $$;

CREATE FUNCTION app.service() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN RETURN (app.live_grant()).service_id; END $$;

-- The service of the held token even after its grant was closed: for the audit entry that the closing itself leaves.
CREATE FUNCTION app.held_service() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN RETURN (SELECT g.service_id FROM callcenter_grant g WHERE g.token_hash = app.hashed('app.token')); END $$;

CREATE FUNCTION app.claimed_order() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN (SELECT d.order_id FROM orders_delivery d
          WHERE d.claim_hash = app.hashed('app.claim') AND d.state IN ('sending', 'resolving'));
END $$;

-- Enter the held grant and keep it as it is until the transaction ends: closing it waits for running reads, and two writers of one call
-- wait for each other. Returns open, closed (known token, no longer valid) or unknown; ids only when open.
CREATE FUNCTION app.enter(exclusive boolean) RETURNS TABLE (state text, grant_id uuid, service_id uuid, call_id uuid, person_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant;
BEGIN
  IF exclusive THEN
    SELECT g.* INTO held FROM callcenter_grant g WHERE g.token_hash = app.hashed('app.token') FOR NO KEY UPDATE;
  ELSE
    SELECT g.* INTO held FROM callcenter_grant g WHERE g.token_hash = app.hashed('app.token') FOR SHARE;
  END IF;
  IF held.id IS NULL THEN
    RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::uuid, NULL::uuid, NULL::uuid;
  ELSIF (app.live_grant()).id IS NULL THEN
    RETURN QUERY SELECT 'closed', NULL::uuid, NULL::uuid, NULL::uuid, NULL::uuid;
  ELSE
    RETURN QUERY SELECT 'open', held.id, held.service_id, held.call_id, held.person_id;
  END IF;
END $$;

-- Close the held grant (the first reason wins).
CREATE FUNCTION app.close_held_grant(reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE callcenter_grant SET closed_at = clock_timestamp(), close_reason = reason
  WHERE token_hash = app.hashed('app.token') AND closed_at IS NULL;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hashed(text), app.call_service(), app.call(), app.tenant(), app.staff(), app.service(), app.claimed_order()
  TO cc_web, cc_auth, cc_switch, cc_worker, cc_billing;
GRANT EXECUTE ON FUNCTION app.enter(boolean), app.close_held_grant(text), app.held_service() TO cc_web;
