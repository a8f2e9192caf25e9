-- The past of a district: so many bookings with who was seen, who referred, what became of it and the trail of all that.
-- Of every hundred bookings forty are of one resident who comes month after month, sixty of twenty others, three each. Three in a
-- hundred were missed, seven taken back, some lie ahead. Rows lie in the table by day, as they would have been written.
-- {first} and {last} number the bookings, {base} is where their keys begin; the statements marked clone are written out by history.py.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '1GB';
CREATE UNLOGGED TABLE bench_past AS
SELECT spread.*, doctor.*, place.*, {uuid} AS booking,
       CASE WHEN day > current_date THEN 'booked' WHEN fate < 30 THEN 'noshow' WHEN fate < 100 THEN 'cancelled' ELSE 'fulfilled' END AS became,
       CASE WHEN day > current_date THEN 'booked' WHEN fate < 30 THEN 'not_attended' WHEN fate < 100 THEN 'cancelled' ELSE 'closed' END AS referred
  FROM (SELECT *, {base} + {first} / 8 + (row_number() OVER (ORDER BY day, n) - 1) / 8 AS slot, n * 7919 % 1000 AS fate
          FROM (SELECT n, p, j, CASE WHEN p % 21 = 0 THEN current_date - 12 - 30 * j - (p % 29)::int
                                     WHEN j = 0 AND p % 10 < 3 THEN current_date + 1 + (p % 13)::int
                                     ELSE current_date - 20 - 17 * j - (p * 7 % 650)::int END AS day
                  FROM (SELECT n, n / 100 * 21 + CASE WHEN n % 100 < 40 THEN 0 ELSE 1 + (n % 100 - 40) / 3 END AS p,
                               CASE WHEN n % 100 < 40 THEN n % 100 ELSE (n % 100 - 40) % 3 END::int AS j
                          FROM generate_series({first}::bigint, {last} - 1) AS n) AS of_whom) AS on_which_day) AS spread
  JOIN bench_doctor AS doctor ON doctor.doctor = spread.p % (SELECT count(*) FROM bench_doctor)
  JOIN bench_place AS place ON place.place = spread.slot % (SELECT count(*) FROM bench_place)
 ORDER BY day, n;
ANALYZE bench_past;

{clones}
ANALYZE referral_booking, referral_referral;

INSERT INTO vault_event (kind, object_id, event, source, target, actor_kind, actor_id, post_id, reason, at, tx)
SELECT step.kind, step.about, step.kind || '.' || step.target, step.source, step.target, 'user', doctor.actor, doctor.post_public, '',
       step.at, pg_current_xact_id()
  FROM (SELECT b.post_id, made.* FROM referral_booking b JOIN referral_referral r ON r.id = b.referral_id,
               LATERAL (VALUES ('booking', b.public_id, '', 'booked', b.created_at),
                               ('referral', r.public_id, 'draft', 'booked', b.created_at),
                               ('booking', b.public_id, 'booked', b.status, b.starts_at),
                               ('referral', r.public_id, 'booked', r.status, b.starts_at)) AS made (kind, about, source, target, at)
         WHERE b.id >= {base} + {first} AND b.id < {base} + {last} AND made.source <> made.target) AS step
  JOIN bench_doctor AS doctor ON doctor.post = step.post_id
 ORDER BY step.at;

INSERT INTO referral_breach (public_id, version, visit_date, kind, cause, status, booking_id, district_id, institution_id, patient_id,
                             evidence, policy, created_at)
SELECT {uuid}, 1, b.visit_date, 'noshow', 'patient', 'notified', b.id, i.district_id, b.institution_id, b.patient_id, '', '{{}}', b.ends_at
  FROM referral_booking b JOIN clinics_institution i ON i.id = b.institution_id
 WHERE b.id >= {base} + {first} AND b.id < {base} + {last} AND b.status = 'noshow';

INSERT INTO referral_bookingban (public_id, version, valid_from, valid_to, covers, policy, status, district_id, patient_id)
SELECT {uuid}, 1, now() - interval '400 days', now() - interval '310 days', 'booking_and_referral', '{{}}', 'in_force', p.district_id, p.id
  FROM referral_patient p WHERE p.id % 400 = 7 AND p.id >= {base} + {first} / 100 * 21 AND p.id < {base} + {last} / 100 * 21;

DROP TABLE bench_past;
