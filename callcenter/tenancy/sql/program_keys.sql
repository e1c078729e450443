-- The right of a service's own program: what the request holds is `cck_<public id>_<secret>`; the database knows the id and the SHA-256 of
-- the whole. It belongs to the service and to no person, and ends when it is revoked, when its time is over, or when the service is suspended.

CREATE FUNCTION app.held_key() RETURNS public.callcenter_programkey
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  given text := coalesce(current_setting('app.key', true), '');
  salt bytea := uuid_send(gen_random_uuid());
  found public.callcenter_programkey;
BEGIN
  IF given !~ '^cck_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$' THEN RETURN NULL; END IF;
  SELECT k.* INTO found FROM callcenter_programkey k WHERE k.id = substr(given, 5, 32)::uuid;
  -- Salted digests are compared, also for an unknown id: the time tells neither how near a guess was nor whether the id exists.
  IF sha256(coalesce(found.secret_hash, '') || salt) <> sha256(sha256(convert_to(given, 'UTF8')) || salt)
     OR found.revoked_at IS NOT NULL OR found.expires_at <= clock_timestamp()
     OR NOT EXISTS (SELECT FROM callcenter_taxiservice s WHERE s.id = found.service_id AND s.active) THEN
    RETURN NULL;
  END IF;
  RETURN found;
END $$;

-- The service of the held key, if the key opens this scope; the empty scope is opened by every key.
CREATE FUNCTION app.key_service(scope text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held public.callcenter_programkey := app.held_key();
BEGIN
  RETURN CASE WHEN scope = '' OR scope = ANY (string_to_array(held.scopes, ' ')) THEN held.service_id END;
END $$;

-- Who asks, and a note of the day on which the key was last used.
CREATE FUNCTION app.enter_key() RETURNS TABLE (key_id uuid, service_id uuid, scopes text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  held public.callcenter_programkey := app.held_key();
  today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
  IF held.id IS NULL THEN RETURN; END IF;
  IF held.last_used_on IS DISTINCT FROM today THEN
    UPDATE callcenter_programkey k SET last_used_on = today WHERE k.id = held.id;
  END IF;
  RETURN QUERY SELECT held.id, held.service_id, held.scopes::text;
END $$;

-- End a key for good: the service's manager may, and the centre's administrator.
CREATE FUNCTION app.revoke_key(which uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE callcenter_programkey k SET revoked_at = clock_timestamp()
  WHERE k.id = which AND k.revoked_at IS NULL AND (k.service_id = app.tenant() OR app.staff() = 'admin');
  RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION app.held_key(), app.key_service(text), app.enter_key(), app.revoke_key(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.key_service(text), app.enter_key(), app.revoke_key(uuid) TO cc_web;
