"""Identity documents, names and phone numbers: read strictly, stored in one form, shown masked."""
