"""Who may do what on the broker and on the databases: one description, of which the users of every environment are made."""
