-- What the worker and billing see of orders: one claim at a time, and the bare facts of accepted ones.

-- Close the grants of a call once none of its orders is still on the way and at least one was accepted. Called in the acceptance.
CREATE FUNCTION app.lock_call_grant(wanted uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM callcenter_grant g WHERE g.kind = 'call' AND g.call_id = wanted AND g.closed_at IS NULL FOR UPDATE;
END $$;

CREATE FUNCTION app.close_settled_call(wanted uuid) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE closed uuid;
BEGIN
  IF EXISTS (SELECT FROM orders_order o WHERE o.call_id = wanted AND o.state IN ('queued', 'sending', 'unknown'))
     OR NOT EXISTS (SELECT FROM orders_order o WHERE o.call_id = wanted AND o.state = 'accepted') THEN
    RETURN NULL;
  END IF;
  UPDATE callcenter_grant g SET closed_at = clock_timestamp(), close_reason = 'accepted'
  WHERE g.kind = 'call' AND g.call_id = wanted AND g.closed_at IS NULL RETURNING g.id INTO closed;
  UPDATE orders_call c SET disposition = 0, disposed_at = coalesce(c.disposed_at, clock_timestamp())
  WHERE c.id = wanted AND c.disposition IS NULL;
  RETURN closed;
END $$;

-- Empty due secrets, at most `batch` rows of one table a call; returns how many per service.
CREATE FUNCTION app.erase_due(which text, batch integer) RETURNS TABLE (service_id uuid, erased bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF which NOT IN ('orders_callsecret', 'orders_ordersecret') THEN
    RAISE EXCEPTION '% holds no secrets', which USING ERRCODE = 'check_violation';
  END IF;
  RETURN QUERY EXECUTE format(
    'WITH due AS (SELECT id FROM %1$I WHERE erase_after <= clock_timestamp() AND erased_at IS NULL LIMIT $1 FOR UPDATE SKIP LOCKED),
          gone AS (UPDATE %1$I t SET ciphertext = NULL, erased_at = clock_timestamp() FROM due WHERE t.id = due.id RETURNING t.service_id)
     SELECT g.service_id, count(*) FROM gone g GROUP BY 1', which) USING batch;
END $$;

-- The keys that live secrets still need.
CREATE FUNCTION app.keys_in_use() RETURNS TABLE (key_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT s.key_id FROM orders_callsecret s WHERE s.erased_at IS NULL
   UNION SELECT s.key_id FROM orders_ordersecret s WHERE s.erased_at IS NULL $$;

CREATE VIEW app.accepted_orders AS
  SELECT o.id AS order_id, o.service_id, o.number, o.placed_at, o.accepted_at FROM public.orders_order o WHERE o.state = 'accepted';
CREATE VIEW app.unresolved_deliveries AS
  SELECT o.id AS order_id, o.service_id, o.placed_at, d.state
  FROM public.orders_order o JOIN public.orders_delivery d ON d.order_id = o.id AND d.service_id = o.service_id
  WHERE d.state IN ('pending', 'sending', 'unknown', 'resolving', 'review');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lock_call_grant(uuid), app.close_settled_call(uuid), app.erase_due(text, integer), app.keys_in_use() TO cc_worker;
GRANT SELECT ON app.accepted_orders, app.unresolved_deliveries TO cc_billing;
