-- A person of the centre decides about a delivery that waits for one. Nothing of what was said in the call is shown or needed.
--   again  look or send once more: what may have been sent is looked for by our mark first, exactly as after a lost answer
--   there  the service's program holds it under this number
--   leave  it is given up; only a new call can bring a new order
-- Lock order as everywhere: grant, order, delivery.

CREATE FUNCTION app.decide_delivery(wanted uuid, verdict text, given text, kept interval) RETURNS TABLE (service uuid, of_order uuid, before text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE d public.orders_delivery;
BEGIN
  IF app.staff() IS NULL OR app.staff() NOT IN ('supervisor', 'admin') THEN RETURN; END IF;
  SELECT x.* INTO d FROM orders_delivery x WHERE x.id = wanted;
  IF d.id IS NULL THEN RETURN; END IF;
  PERFORM app.lock_call_grant(d.call_id);
  PERFORM FROM orders_order o WHERE o.id = d.order_id AND o.service_id = d.service_id FOR NO KEY UPDATE;
  SELECT x.* INTO d FROM orders_delivery x WHERE x.id = wanted FOR UPDATE;
  IF d.state NOT IN ('review', 'expired') OR (verdict = 'leave' AND d.state <> 'review') THEN RETURN; END IF;
  IF verdict = 'again' THEN
    UPDATE orders_order o SET state = CASE WHEN d.sends > 0 THEN 'unknown' ELSE 'queued' END, phrase = '' WHERE o.id = d.order_id;
    UPDATE orders_delivery x SET state = CASE WHEN d.sends > 0 THEN 'unknown' ELSE 'pending' END, sends = least(d.sends, 1), searches = 0,
      next_at = clock_timestamp(), expires_at = clock_timestamp() + interval '3 minutes', owner = NULL, claim_hash = NULL WHERE x.id = d.id;
  ELSIF verdict = 'there' AND given <> '' THEN
    UPDATE orders_order o SET state = 'accepted', phrase = '', number = given, accepted_at = clock_timestamp() WHERE o.id = d.order_id;
    UPDATE orders_delivery x SET state = 'accepted', owner = NULL, claim_hash = NULL, found_by = 'person' WHERE x.id = d.id;
    UPDATE orders_ordersecret s SET erase_after = clock_timestamp() + kept WHERE s.order_id = d.order_id AND s.service_id = d.service_id;
    PERFORM app.close_settled_call(d.call_id);
  ELSIF verdict = 'leave' THEN
    UPDATE orders_order o SET state = 'expired' WHERE o.id = d.order_id;
    UPDATE orders_delivery x SET state = 'expired', owner = NULL, claim_hash = NULL WHERE x.id = d.id;
  ELSE
    RETURN;
  END IF;
  RETURN QUERY SELECT d.service_id, d.order_id, d.state::text;
END $$;

REVOKE ALL ON FUNCTION app.decide_delivery(uuid, text, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.decide_delivery(uuid, text, text, interval) TO cc_web;
