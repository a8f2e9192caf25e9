"""What somebody did with booked visits, and what follows from it: breaches, appeals, bans, restrictions."""
