"""The whole public record as files: written by a command, offered on a page, gone where something in them is no longer.

The record is read once, as of one moment, into an SQLite file; the data package and the Popolo file are made of that,
so the three cannot disagree.
"""
