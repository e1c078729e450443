-- A request that holds a call raises the version of the one seat at which this call is. It can name no seat and no call: the web role neither
-- learns at which seat another call is, nor touches another seat.

CREATE FUNCTION app.touch_held_seat() RETURNS TABLE (seat uuid, version bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ UPDATE callcenter_seat s SET version = s.version + 1 FROM orders_call c WHERE c.id = app.call() AND s.id = c.seat_id
   RETURNING s.id, s.version $$;

REVOKE ALL ON FUNCTION app.touch_held_seat() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.touch_seat(uuid), app.seat_of_call(uuid) FROM cc_web;
GRANT EXECUTE ON FUNCTION app.touch_held_seat() TO cc_web;
