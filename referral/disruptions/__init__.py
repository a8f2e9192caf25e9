"""What a stopped clinic does to those who are booked: stopping in one transaction, and the list of who is affected."""
