-- The role of the processes has no right to the table: a key is fetched by its random id, or made for one service, purpose and month.

CREATE SCHEMA vault;
REVOKE ALL ON SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO cc_keys;

CREATE FUNCTION vault.fetch(wanted uuid) RETURNS TABLE (service uuid, purpose text, month date, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT k.service, k.purpose::text, k.month, k.wrapped FROM secrets_datakey k WHERE k.id = wanted AND k.destroyed_at IS NULL $$;

CREATE FUNCTION vault.current(of_service uuid, for_purpose text, of_month date, new_id uuid, new_wrapped bytea)
RETURNS TABLE (id uuid, wrapped bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT k.id, k.wrapped FROM secrets_datakey k WHERE k.service IS NOT DISTINCT FROM of_service AND k.purpose = for_purpose
    AND k.month IS NOT DISTINCT FROM of_month AND k.destroyed_at IS NULL;
  IF FOUND OR new_wrapped IS NULL THEN RETURN; END IF;
  INSERT INTO secrets_datakey (id, service, purpose, month, wrapped, created_at)
  VALUES (new_id, of_service, for_purpose, of_month, new_wrapped, clock_timestamp()) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT k.id, k.wrapped FROM secrets_datakey k WHERE k.service IS NOT DISTINCT FROM of_service AND k.purpose = for_purpose
    AND k.month IS NOT DISTINCT FROM of_month AND k.destroyed_at IS NULL;
END $$;

-- Destroy the payload keys of finished months that no live secret needs; returns how many. A month is finished a day after its end: a row
-- sealed in its last second may not yet be visible to whoever counted the keys in use.
CREATE FUNCTION vault.destroy_unused(in_use uuid[], before date) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE gone bigint;
BEGIN
  UPDATE secrets_datakey SET wrapped = NULL, destroyed_at = clock_timestamp()
  WHERE purpose = 'payload' AND month < before
    AND month < date_trunc('month', timezone('UTC', clock_timestamp()) - interval '1 day')
    AND destroyed_at IS NULL AND NOT id = ANY (in_use);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO cc_keys;
