"""Keeps what must never be lost or leak; knows values, never whom they are about."""
