"""Papers: documents and statements as PDF, in the reader's language."""
