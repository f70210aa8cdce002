"""What the site is made of: the parts that the lock files name, their licences, and what is known against them."""
