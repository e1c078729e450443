-- A right ends at once when the person who holds it is dismissed, whatever its kind.

CREATE OR REPLACE FUNCTION app.live_grant() RETURNS public.callcenter_grant
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_grant;
BEGIN
  SELECT g.* INTO held FROM callcenter_grant g
  WHERE g.token_hash = app.hashed('app.token') AND g.closed_at IS NULL
    AND g.expires_at > clock_timestamp() AND g.hard_expires_at > clock_timestamp()
    AND EXISTS (SELECT FROM callcenter_person p WHERE p.id = g.person_id AND p.active)
    AND (g.service_id IS NULL OR EXISTS (SELECT FROM callcenter_taxiservice s WHERE s.id = g.service_id AND s.active));
  RETURN held;
END $$;
