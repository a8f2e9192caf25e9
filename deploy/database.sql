-- The three roles and the empty database on an administrator's own PostgreSQL (15 or newer); run once, as its superuser, with psql:
--   OWNER_PASSWORD=… APP_PASSWORD=… SEALER_PASSWORD=… psql --file deploy/database.sql
\set ON_ERROR_STOP on
\getenv owner OWNER_PASSWORD
\getenv app APP_PASSWORD
\getenv sealer SEALER_PASSWORD
SET password_encryption = 'scram-sha-256';
CREATE ROLE referral_owner LOGIN CREATEDB PASSWORD :'owner';
CREATE ROLE referral_app LOGIN PASSWORD :'app';
CREATE ROLE referral_sealer LOGIN PASSWORD :'sealer';
GRANT referral_app, referral_sealer TO referral_owner;
CREATE DATABASE referral OWNER referral_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\connect template1
\ir privileges.sql
\connect referral
\ir privileges.sql
