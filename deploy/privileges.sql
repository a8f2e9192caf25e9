-- What the application role may do with the tables the owner will create; insert-only tables take rights away in their own migration.
ALTER DEFAULT PRIVILEGES FOR ROLE referral_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO referral_app;
ALTER DEFAULT PRIVILEGES FOR ROLE referral_owner GRANT USAGE, SELECT ON SEQUENCES TO referral_app;
