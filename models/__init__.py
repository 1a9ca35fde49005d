"""Every network: what it is, where it comes from, how it runs."""
