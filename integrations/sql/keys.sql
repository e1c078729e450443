-- Keys of connections and exchanges: written by an administrator, read by the processes that sign or check with them, and by a request only
-- while it holds a call of the same service.

CREATE FUNCTION app.call_connection_key(wanted uuid) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN (SELECT c.ciphertext FROM integrations_connection c WHERE c.id = wanted AND c.active AND c.service_id = app.call_service());
END $$;

-- A new key of an exchange: the one before it stays valid beside it, so that the exchange can be told at leisure; older ones end.
CREATE FUNCTION app.put_exchange_key(wanted uuid, new_key uuid, sealed bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF app.staff() IS DISTINCT FROM 'admin' THEN RETURN false; END IF;
  UPDATE integrations_exchange e SET old_key_id = e.key_id, old_ciphertext = e.ciphertext, key_id = new_key, ciphertext = sealed
  WHERE e.id = wanted;
  RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION app.call_connection_key(uuid), app.put_exchange_key(uuid, uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.call_connection_key(uuid), app.put_exchange_key(uuid, uuid, bytea) TO cc_web;
