"""PostgreSQL as Django knows it, asked with patience that ends."""
