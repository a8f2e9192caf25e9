-- What a past written with triggers asleep must keep: each row that comes back breaks a rule, and says which one and how often.
-- Every foreign key of the database; for every booking a place, a step, an act in the trail, a key and a message; places counted anew.
SET work_mem = '256MB';
SELECT format('SELECT %L || count(*) FROM %s AS here WHERE here.%I IS NOT NULL'
              ' AND NOT EXISTS (SELECT FROM %s AS there WHERE there.%I = here.%I) HAVING count(*) > 0',
              format('%s.%s not in %s: ', source, key, target), source, key, target, meant, key)
  FROM (SELECT conrelid::regclass AS source, here.attname::text AS key, confrelid::regclass AS target, there.attname::text AS meant
          FROM pg_constraint JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]
                             JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = confkey[1]
         WHERE contype = 'f'
        UNION ALL
        SELECT 'referral_booking'::regclass, 'public_id', behind::regclass, about
          FROM (VALUES ('reserved_pools_placeevent', 'about'), ('vault_event', 'object_id'), ('vault_auditentry', 'object_id'),
                       ('vault_idempotencykey', 'result_id'), ('vault_message', 'about')) AS trail (behind, about)) AS pairs \gexec

SELECT 'claimed places are not the bookings: ' || count(*)
  FROM reserved_pools_poolslot AS place
  LEFT JOIN (SELECT pool_slot_id, count(*) AS bookings FROM referral_booking GROUP BY pool_slot_id) AS made ON made.pool_slot_id = place.id
 WHERE place.claimed <> coalesce(made.bookings, 0) HAVING count(*) > 0;

SELECT 'claimed places are not the moves: ' || count(*)
  FROM reserved_pools_poolslot AS place
  LEFT JOIN (SELECT pool_slot_id, sum(places) AS places FROM reserved_pools_placeevent WHERE move = 'claimed' GROUP BY pool_slot_id) AS made
       ON made.pool_slot_id = place.id
 WHERE place.claimed <> coalesce(made.places, 0) HAVING count(*) > 0;
