-- The own figures of one seat's shift: counts and times of this seat alone, never by service and never a past order.

-- Seconds that a seat has been in its present state.
CREATE FUNCTION app.seat_spent(seat public.callcenter_seat, until timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS
$$ SELECT greatest(0, round(extract(epoch FROM until - (seat).state_since)))::integer $$;

-- On line is everything but "off" and "break": waiting, talking and wrap-up. Whoever changes the state, the time is counted here.
CREATE FUNCTION app.count_seat_time() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.state = 'break' THEN
    NEW.break_s := OLD.break_s + app.seat_spent(OLD, NEW.state_since);
  ELSIF OLD.state <> 'off' THEN
    NEW.online_s := OLD.online_s + app.seat_spent(OLD, NEW.state_since);
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.seat_spent(public.callcenter_seat, timestamptz), app.count_seat_time() FROM PUBLIC;
CREATE TRIGGER callcenter_seat_time BEFORE UPDATE OF state_since ON public.callcenter_seat
  FOR EACH ROW WHEN (NEW.state_since IS DISTINCT FROM OLD.state_since) EXECUTE FUNCTION app.count_seat_time();

-- Handling time: from answering to hanging up, or to the last word on the order if that came later; the middle one of all calls.
CREATE FUNCTION app.seat_shift(s public.callcenter_seat) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object(
    'since', to_char(s.shift_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'calls', count(*), 'missed', s.missed, 'online_s', s.online_s, 'break_s', s.break_s,
    'median_s', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM greatest(c.ended_at, c.disposed_at) - c.answered_at))
                      FILTER (WHERE c.ended_at IS NOT NULL)),
    'last_answer', to_char(max(c.answered_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'orders', (SELECT count(*) FROM orders_order o JOIN orders_call k ON k.id = o.call_id AND k.service_id = o.service_id
               WHERE k.seat_id = s.id AND o.state = 'accepted' AND o.placed_at >= s.shift_since))
  FROM orders_call c WHERE c.seat_id = s.id AND c.answered_at IS NOT NULL AND c.created_at > s.shift_since - interval '1 hour' -- it may have queued
$$;

CREATE OR REPLACE FUNCTION app.seat_snapshot() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE s public.callcenter_seat; waiting boolean;
BEGIN
  SELECT x.* INTO s FROM callcenter_seat x WHERE x.secret_hash = app.hashed('app.seat');
  IF s.id IS NULL THEN RETURN NULL; END IF;
  waiting := s.state = 'wrapup' AND s.wrapup_until <= clock_timestamp();
  RETURN jsonb_build_object(
    'id', s.id, 'version', s.version,
    'now', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'seat', jsonb_build_object(
      'state', CASE WHEN waiting THEN 'ready' ELSE s.state END,
      'since', to_char((CASE WHEN waiting THEN s.wrapup_until ELSE s.state_since END) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'counted_since', to_char(s.state_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'closed', CASE WHEN s.closed_at IS NULL THEN NULL ELSE s.close_reason END),
    'call', CASE WHEN s.closed_at IS NULL THEN app.seat_call_json(s.id) END,
    'wrapup_until', CASE WHEN s.state = 'wrapup' AND NOT waiting
                         THEN to_char(s.wrapup_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
    'shift', app.seat_shift(s));
END $$;

-- Fifteen seconds more after a call, as long as the whole wrap-up stays about a minute. The right to the call is not made longer.
CREATE FUNCTION app.extend_wrapup() RETURNS TABLE (seat_id uuid, version bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here public.callcenter_seat := app.open_seat_row();
BEGIN
  RETURN QUERY UPDATE callcenter_seat s SET wrapup_until = s.wrapup_until + interval '15 s', version = s.version + 1
  WHERE s.id = here.id AND s.state = 'wrapup' AND s.wrapup_until > clock_timestamp()
    AND s.wrapup_until <= s.state_since + interval '50 s'
  RETURNING s.id, s.version;
END $$;

-- As before; besides, logging in again at the same workplace goes on with the shift, unless that seat was left hours ago.
CREATE OR REPLACE FUNCTION app.open_seat(who uuid, desk uuid, new_id uuid, secret bytea) RETURNS TABLE (replaced uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE older public.callcenter_seat; kept public.callcenter_seat; shift public.callcenter_seat; moment timestamptz := clock_timestamp(); last timestamptz;
BEGIN
  PERFORM FROM callcenter_workplace w WHERE w.id = desk FOR UPDATE;
  PERFORM FROM callcenter_person p WHERE p.id = who FOR UPDATE;
  FOR older IN SELECT s.* FROM callcenter_seat s WHERE s.closed_at IS NULL AND (s.person_id = who OR s.workplace_id = desk) FOR UPDATE LOOP
    IF older.person_id = who AND older.workplace_id = desk THEN
      kept := older;
    ELSE
      UPDATE callcenter_grant g SET closed_at = moment, close_reason = 'replaced' WHERE g.seat_id = older.id AND g.closed_at IS NULL;
    END IF;
    UPDATE callcenter_seat s SET closed_at = moment, close_reason = 'replaced', version = s.version + 1 WHERE s.id = older.id;
    replaced := older.id;
    RETURN NEXT;
  END LOOP;
  IF kept.seen_at > moment - interval '4 hours' THEN shift := kept; END IF;
  last := least(moment, kept.seen_at + interval '30 s'); -- nobody worked while the page was gone
  INSERT INTO callcenter_seat (id, person_id, workplace_id, secret_hash, state, state_since, wrapup_until, missed, shift_since, online_s, break_s,
                               version, opened_at, seen_at, close_reason)
  VALUES (new_id, who, desk, secret, coalesce(kept.state, 'off'), moment, kept.wrapup_until, coalesce(shift.missed, 0),
          coalesce(shift.shift_since, moment),
          coalesce(shift.online_s + CASE WHEN shift.state NOT IN ('off', 'break') THEN app.seat_spent(shift, last) ELSE 0 END, 0),
          coalesce(shift.break_s + CASE WHEN shift.state = 'break' THEN app.seat_spent(shift, last) ELSE 0 END, 0),
          1, moment, moment, '');
  IF kept.id IS NOT NULL THEN
    UPDATE callcenter_grant g SET seat_id = new_id, token_hash = NULL WHERE g.seat_id = kept.id AND g.closed_at IS NULL;
    UPDATE orders_call c SET seat_id = new_id WHERE c.seat_id = kept.id;
  END IF;
END $$;

REVOKE ALL ON FUNCTION app.seat_shift(public.callcenter_seat), app.extend_wrapup() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.extend_wrapup() TO cc_web;
