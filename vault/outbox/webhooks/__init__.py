"""What happened, told to other people's programs: derived after the commit, signed, sent by the worker, never inside a transaction."""
