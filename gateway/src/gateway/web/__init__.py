"""What every HTTP exchange passes through, whatever it asks for: request ids, traces, CORS, headers, compression."""
