"""One booking: facts under lock, pure rules, one write; and how it is cancelled."""
