"""Copies of the database, encrypted and whole, and putting one in place again behind a fence."""
