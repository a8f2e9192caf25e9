"""What people hear of: acts turned into notices, notices into sentences, and what became of the messages that left the machine."""
