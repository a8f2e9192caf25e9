"""The arithmetic of an 18-digit identity number (GB 11643-1999): birth date, sex and check character."""

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CENTURIES = range(1800, 2100)
MAX_AGE = 130  # years; nobody alive is older


def check_fits(number: str) -> bool:
    """Whether the last character is the ISO 7064 MOD 11-2 check of the first seventeen (ASCII) digits."""
    return number[17] == check_character(number[:17])


def check_character(seventeen: str) -> str:
    """The check character that completes seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True)) % 11]


def birth_date_of(number: str, today: date) -> date | None:
    """The birth date in digits 7 to 14, or None when no such day exists, lies ahead of today or too far back."""
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if year not in CENTURIES:
        return None
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    if born > today or today.year - born.year > MAX_AGE:
        return None
    return born


def sex_of(number: str) -> str:
    """GB/T 2261.1 from the sequence number: odd is 1 (male), even is 2 (female). A person's own record may differ."""
    return "1" if int(number[16]) % 2 else "2"
