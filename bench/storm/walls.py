"""Takes a wall out of a copy of the database: a piece of one of the product's SQL functions, a constraint, a trigger."""


def without(app: str, file: str, wall: str, instead: str = "") -> str:
    """The statement that installs one of the product's functions with these words replaced; they have to be there."""
    return cut(app, file, (wall, instead))


def cut(app: str, file: str, *changes: tuple[str, str]) -> str:
    """The same with several words replaced."""
    from vault.sqlfiles import read

    text = read(app, file)
    for wall, instead in changes:
        assert wall in text, (file, wall)
        text = text.replace(wall, instead)
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def unconstrained(table: str, name: str) -> str:
    """The statement that drops a constraint, or the index that is one with a condition."""
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_constraint WHERE conname = '{name}') THEN "
        f"ALTER TABLE {table} DROP CONSTRAINT {name}; ELSE DROP INDEX {name}; END IF; END $$"
    )


def untriggered(table: str) -> str:
    """The statement that drops the trigger by which a table's status follows its life."""
    return (
        f"DO $$ DECLARE held text; BEGIN SELECT tgname INTO STRICT held FROM pg_trigger WHERE tgrelid = '{table}'::regclass "
        f"AND tgname LIKE 'pgtrigger_{LIFE}_%'; EXECUTE format('DROP TRIGGER %I ON {table}', held); END $$"
    )


def patient_lock() -> list[str]:
    """The facts of a booking read without the resident's lock, and the write slowed so that the race is sure to happen."""
    lock = "    PERFORM 1 FROM referral_patient p WHERE p.id = v_patient FOR NO KEY UPDATE;\n"
    return [without("referral", "booking_facts.sql", lock), slow_write()]


def slow_write() -> str:
    """A moment more between the facts and the write."""
    return without("referral", "booking_write.sql", "BEGIN\n", "BEGIN\n" + SLOWER)


LIFE = "status_follows_its_table"
SLOWER = "    PERFORM pg_sleep(0.08);\n"
MUCH_SLOWER = "    PERFORM pg_sleep(0.5);\n"
LOCKED, SLEPT = "FOR NO KEY UPDATE;\n    IF NOT FOUND THEN", ";\n    PERFORM FROM pg_sleep(0.1) WHERE FOUND;\n    IF NOT FOUND THEN"
