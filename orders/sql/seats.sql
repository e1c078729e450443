-- What a seat may do and see without any grant: its own state, whose call rings, and nothing of the caller.
-- Context: the seat secret in app.seat. Times limits of a call grant: 60 s without a sign of life of its seat, 15 min in all.

CREATE FUNCTION app.open_seat_row() RETURNS public.callcenter_seat
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE found public.callcenter_seat;
BEGIN
  SELECT s.* INTO found FROM callcenter_seat s WHERE s.secret_hash = app.hashed('app.seat') AND s.closed_at IS NULL;
  RETURN found;
END $$;

-- One more version of the seat's state; the caller publishes it after commit.
CREATE FUNCTION app.touch_seat(seat uuid) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ UPDATE callcenter_seat SET version = version + 1 WHERE id = seat RETURNING version $$;

CREATE FUNCTION app.seat_of_call(call uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT seat_id FROM orders_call WHERE id = call $$;

-- Who sits here: for the page's own frame (name, workplace), not for the stream.
CREATE FUNCTION app.seat_frame() RETURNS TABLE (seat_id uuid, person_id uuid, name text, workplace text, extension text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY SELECT s.id, p.id, p.name::text, w.name::text, w.extension::text
  FROM callcenter_seat s JOIN callcenter_person p ON p.id = s.person_id JOIN callcenter_workplace w ON w.id = s.workplace_id
  WHERE s.secret_hash = app.hashed('app.seat') AND s.closed_at IS NULL AND p.active;
END $$;

CREATE FUNCTION app.seat_clearances() RETURNS TABLE (name text, hue text, monogram text, valid_until date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY SELECT t.name::text, t.hue::text, t.monogram::text, max(c.valid_until)
  FROM callcenter_clearance c JOIN callcenter_taxiservice t ON t.id = c.service_id
  WHERE c.person_id = (app.open_seat_row()).person_id AND c.revoked_at IS NULL AND t.active AND c.valid_until >= current_date
  GROUP BY t.id ORDER BY 1;
END $$;

-- A sign of life: keeps the seat's open call grant from lapsing.
CREATE FUNCTION app.seat_beat() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE here public.callcenter_seat := app.open_seat_row();
BEGIN
  IF here.id IS NULL THEN RETURN false; END IF;
  UPDATE callcenter_grant g SET expires_at = clock_timestamp() + interval '60 s'
  FROM orders_call c
  WHERE g.seat_id = here.id AND g.kind = 'call' AND g.closed_at IS NULL AND g.expires_at > clock_timestamp()
    AND c.id = g.call_id AND c.state <> 'ended';
  UPDATE callcenter_seat SET seen_at = clock_timestamp() WHERE id = here.id;
  RETURN true;
END $$;

CREATE FUNCTION app.seat_call(seat uuid) RETURNS public.orders_call
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE found public.orders_call;
BEGIN
  SELECT c.* INTO found FROM orders_call c JOIN callcenter_seat s ON s.id = c.seat_id
  WHERE c.seat_id = seat AND (c.state IN ('ringing', 'answered')
        OR (c.state = 'ended' AND s.state = 'wrapup' AND s.wrapup_until > clock_timestamp() AND c.answered_at IS NOT NULL))
  ORDER BY (c.state = 'ended'), c.created_at DESC LIMIT 1;
  RETURN found;
END $$;

CREATE FUNCTION app.seat_call_json(seat uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE c public.orders_call := app.seat_call(seat); o public.orders_order; t public.callcenter_taxiservice; held text;
BEGIN
  IF c.id IS NULL THEN RETURN NULL; END IF;
  SELECT x.* INTO t FROM callcenter_taxiservice x WHERE x.id = c.service_id;
  SELECT x.* INTO o FROM orders_order x WHERE x.service_id = c.service_id AND x.call_id = c.id ORDER BY x.placed_at DESC LIMIT 1;
  SELECT CASE WHEN g.closed_at IS NULL AND g.expires_at > clock_timestamp() AND g.hard_expires_at > clock_timestamp()
              THEN 'open' ELSE 'closed' END INTO held
  FROM callcenter_grant g WHERE g.service_id = c.service_id AND g.call_id = c.id AND g.seat_id = seat AND g.kind = 'call'
  ORDER BY g.opened_at DESC LIMIT 1;
  RETURN jsonb_build_object(
    'id', c.id, 'phase', c.state, 'disposed', c.disposition IS NOT NULL,
    'since', to_char(coalesce(CASE c.state WHEN 'ringing' THEN c.ringing_at WHEN 'answered' THEN c.answered_at ELSE c.ended_at END,
                              c.created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'service', jsonb_build_object('name', t.name, 'monogram', t.monogram, 'hue', t.hue, 'greeting', t.greeting),
    'grant', coalesce(held, 'none'),
    'order', CASE WHEN o.id IS NULL THEN NULL ELSE jsonb_build_object(
        'state', o.state, 'number', o.number, 'phrase', o.phrase,
        'since', to_char(o.placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END);
END $$;

-- The seat's present state with a version: the only thing the event stream ever carries. NULL for an unknown secret.
CREATE FUNCTION app.seat_snapshot() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE s public.callcenter_seat; waiting boolean; counts jsonb;
BEGIN
  SELECT x.* INTO s FROM callcenter_seat x WHERE x.secret_hash = app.hashed('app.seat');
  IF s.id IS NULL THEN RETURN NULL; END IF;
  waiting := s.state = 'wrapup' AND s.wrapup_until <= clock_timestamp();
  SELECT jsonb_build_object('calls', count(*), 'missed', s.missed, 'orders', (
      SELECT count(*) FROM orders_order o JOIN orders_call k ON k.id = o.call_id AND k.service_id = o.service_id
      WHERE k.seat_id = s.id AND o.state = 'accepted')) INTO counts
  FROM orders_call c WHERE c.seat_id = s.id AND c.answered_at IS NOT NULL;
  RETURN jsonb_build_object(
    'id', s.id, 'version', s.version,
    'now', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'seat', jsonb_build_object(
      'state', CASE WHEN waiting THEN 'ready' ELSE s.state END,
      'since', to_char((CASE WHEN waiting THEN s.wrapup_until ELSE s.state_since END) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'closed', CASE WHEN s.closed_at IS NULL THEN NULL ELSE s.close_reason END),
    'call', CASE WHEN s.closed_at IS NULL THEN app.seat_call_json(s.id) END,
    'wrapup_until', CASE WHEN s.state = 'wrapup' AND NOT waiting
                         THEN to_char(s.wrapup_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
    'shift', counts);
END $$;

-- The seat takes the right to the call it answered: web draws the token, the database keeps its hash. Redeeming again rotates the token.
CREATE FUNCTION app.redeem(wanted uuid, token bytea)
RETURNS TABLE (grant_id uuid, service_id uuid, person_id uuid, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here public.callcenter_seat := app.open_seat_row();
BEGIN
  RETURN QUERY UPDATE callcenter_grant g
  SET token_hash = token, redeemed_at = coalesce(g.redeemed_at, clock_timestamp()),
      expires_at = least(greatest(g.expires_at, clock_timestamp() + interval '15 s'), g.hard_expires_at)
  WHERE g.kind = 'call' AND g.call_id = wanted AND g.seat_id = here.id AND g.closed_at IS NULL
    AND g.expires_at > clock_timestamp() AND g.hard_expires_at > clock_timestamp()
  RETURNING g.id, g.service_id, g.person_id, g.hard_expires_at;
END $$;

-- The operator's own choice. Refused (NULL) while a call is on; otherwise ends wrap-up, closes what it still held, returns the version.
CREATE FUNCTION app.choose_seat_state(wanted text) RETURNS TABLE (seat_id uuid, version bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here public.callcenter_seat := app.open_seat_row();
BEGIN
  IF wanted NOT IN ('ready', 'break', 'off') THEN RAISE EXCEPTION 'no such seat state' USING ERRCODE = 'check_violation'; END IF;
  UPDATE callcenter_grant SET closed_at = clock_timestamp(), close_reason = 'next'
  WHERE seat_id = here.id AND kind = 'call' AND closed_at IS NULL
    AND EXISTS (SELECT FROM orders_call c WHERE c.id = call_id AND c.state = 'ended');
  RETURN QUERY UPDATE callcenter_seat s
  SET state = wanted, state_since = clock_timestamp(), wrapup_until = NULL, version = s.version + 1
  WHERE s.id = here.id AND s.state IN ('off', 'ready', 'break', 'wrapup')
    AND NOT EXISTS (SELECT FROM orders_call c WHERE c.seat_id = s.id AND c.state IN ('ringing', 'answered'))
  RETURNING s.id, s.version;
END $$;

CREATE FUNCTION app.close_seat(reason text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE here public.callcenter_seat := app.open_seat_row();
BEGIN
  UPDATE callcenter_grant SET closed_at = clock_timestamp(), close_reason = reason WHERE seat_id = here.id AND closed_at IS NULL;
  UPDATE callcenter_seat SET closed_at = clock_timestamp(), close_reason = reason, state = 'off', version = version + 1 WHERE id = here.id;
  RETURN here.id;
END $$;

-- Only the login role opens seats. The person's and the workplace's older seats are closed and told so; a call that the same person has on
-- the line at the same workplace moves to the new seat, so that a crashed browser loses nothing.
CREATE FUNCTION app.open_seat(who uuid, desk uuid, new_id uuid, secret bytea) RETURNS TABLE (replaced uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE older public.callcenter_seat; kept public.callcenter_seat;
BEGIN
  PERFORM FROM callcenter_workplace w WHERE w.id = desk FOR UPDATE;
  PERFORM FROM callcenter_person p WHERE p.id = who FOR UPDATE;
  FOR older IN SELECT s.* FROM callcenter_seat s WHERE s.closed_at IS NULL AND (s.person_id = who OR s.workplace_id = desk) FOR UPDATE LOOP
    IF older.person_id = who AND older.workplace_id = desk THEN
      kept := older;
    ELSE
      UPDATE callcenter_grant g SET closed_at = clock_timestamp(), close_reason = 'replaced' WHERE g.seat_id = older.id AND g.closed_at IS NULL;
    END IF;
    UPDATE callcenter_seat s SET closed_at = clock_timestamp(), close_reason = 'replaced', version = s.version + 1 WHERE s.id = older.id;
    replaced := older.id;
    RETURN NEXT;
  END LOOP;
  INSERT INTO callcenter_seat (id, person_id, workplace_id, secret_hash, state, state_since, wrapup_until, missed, version, opened_at, seen_at,
                               close_reason)
  VALUES (new_id, who, desk, secret, coalesce(kept.state, 'off'), clock_timestamp(), kept.wrapup_until, coalesce(kept.missed, 0), 1,
          clock_timestamp(), clock_timestamp(), '');
  IF kept.id IS NOT NULL THEN
    UPDATE callcenter_grant g SET seat_id = new_id, token_hash = NULL WHERE g.seat_id = kept.id AND g.closed_at IS NULL;
    UPDATE orders_call c SET seat_id = new_id WHERE c.seat_id = kept.id;
  END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.seat_frame(), app.seat_clearances(), app.seat_beat(), app.seat_snapshot(), app.redeem(uuid, bytea),
  app.choose_seat_state(text), app.close_seat(text), app.touch_seat(uuid), app.seat_of_call(uuid) TO cc_web;
GRANT EXECUTE ON FUNCTION app.touch_seat(uuid), app.seat_of_call(uuid) TO cc_switch, cc_worker;
GRANT EXECUTE ON FUNCTION app.open_seat(uuid, uuid, uuid, bytea) TO cc_auth;
