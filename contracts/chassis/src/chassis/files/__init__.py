"""Files that people upload: the object store, and what a file really is."""
