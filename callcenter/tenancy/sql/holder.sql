-- Who holds the tenant or staff right of this request. A page that a person opens keeps the right alive for another idle period, at most one
-- write a minute; a page that polls by itself does not.

CREATE FUNCTION app.holder(by_hand boolean) RETURNS TABLE (grant_id uuid, person_id uuid, name text, job text, service_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant := app.live_grant();
BEGIN
  IF held.id IS NULL OR held.kind NOT IN ('tenant', 'staff') THEN RETURN; END IF;
  IF by_hand THEN
    UPDATE callcenter_grant g SET expires_at = least(clock_timestamp() + interval '2 hours', g.hard_expires_at)
    WHERE g.id = held.id AND g.expires_at < least(clock_timestamp() + interval '119 minutes', g.hard_expires_at);
  END IF;
  RETURN QUERY SELECT held.id, p.id, p.name::text, p.job::text, held.service_id FROM callcenter_person p WHERE p.id = held.person_id;
END $$;

REVOKE ALL ON FUNCTION app.holder(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.holder(boolean) TO cc_web;
