"""Intake: an article's text becomes suggested drafts; nothing is saved here, and no network asked."""
