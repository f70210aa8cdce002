"""The shapes in which things are handed out: what each field is called and what it holds, in one place."""
