-- What the centre may do with its people: a link to choose a password, an end of all rights at once. The web role never sees a password hash
-- and never chooses one; who may do it to whom is decided here, by the right that the request holds.

-- An administrator looks after everybody, a supervisor after operators.
CREATE FUNCTION app.may_look_after(who uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held text := app.staff();
BEGIN
  RETURN EXISTS (SELECT FROM callcenter_person p WHERE p.id = who AND (held = 'admin' OR (held = 'supervisor' AND p.job = 'operator')));
END $$;

-- Close every right and every seat of one person; the grants first. Returns the seats, which are told so after commit.
CREATE FUNCTION app.end_rights(who uuid, reason text) RETURNS TABLE (seat uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE callcenter_grant g SET closed_at = clock_timestamp(), close_reason = reason WHERE g.person_id = who AND g.closed_at IS NULL;
  UPDATE callcenter_invitation i SET closed_at = clock_timestamp() WHERE i.person_id = who AND i.closed_at IS NULL AND i.used_at IS NULL;
  RETURN QUERY UPDATE callcenter_seat s SET closed_at = clock_timestamp(), close_reason = reason, state = 'off', version = s.version + 1
    WHERE s.person_id = who AND s.closed_at IS NULL RETURNING s.id;
END $$;

-- Let a person choose a password by a link that works once: the old password is void from here on, with every right it has opened.
-- No row: there is no such person to invite, or not for whoever asks.
CREATE FUNCTION app.invite(who uuid, new_id uuid, token bytea, lasts interval) RETURNS TABLE (purpose text, expires_at timestamptz, seats uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ended uuid[]; why text; ends timestamptz := clock_timestamp() + lasts; by_whom uuid := (app.live_grant()).person_id;
BEGIN
  IF app.may_look_after(who) IS NOT TRUE OR NOT EXISTS (SELECT FROM callcenter_person p WHERE p.id = who AND p.active) THEN RETURN; END IF;
  PERFORM FROM callcenter_person p WHERE p.id = who FOR NO KEY UPDATE;
  DELETE FROM callcenter_credential c WHERE c.person_id = who;
  why := CASE WHEN FOUND THEN 'reset' ELSE 'invite' END;
  SELECT array_agg(e.seat) INTO ended FROM app.end_rights(who, why) e;
  INSERT INTO callcenter_invitation (id, person_id, purpose, token_hash, created_by_id, created_at, expires_at)
  VALUES (new_id, who, why, token, by_whom, clock_timestamp(), ends);
  RETURN QUERY SELECT why, ends, coalesce(ended, '{}');
END $$;

-- Shut a person out, or let the person in again. Nobody can shut out themselves: the last administrator would be gone.
CREATE FUNCTION app.block(who uuid) RETURNS TABLE (seats uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ended uuid[];
BEGIN
  IF app.may_look_after(who) IS NOT TRUE OR who = (app.live_grant()).person_id THEN RETURN; END IF;
  UPDATE callcenter_person p SET active = false WHERE p.id = who AND p.active;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT array_agg(e.seat) INTO ended FROM app.end_rights(who, 'blocked') e;
  RETURN QUERY SELECT coalesce(ended, '{}');
END $$;

CREATE FUNCTION app.unblock(who uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF app.may_look_after(who) IS NOT TRUE THEN RETURN false; END IF;
  UPDATE callcenter_person p SET active = true WHERE p.id = who AND NOT p.active;
  RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION app.may_look_after(uuid), app.end_rights(uuid, text), app.invite(uuid, uuid, bytea, interval), app.block(uuid),
  app.unblock(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.invite(uuid, uuid, bytea, interval), app.block(uuid), app.unblock(uuid) TO cc_web;
