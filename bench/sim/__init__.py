"""Programs that play the other side of an interface, over HTTP and with the standard library only."""
