"""Work outside of requests: what is slow, external or retried. Imports awardapp, never the reverse."""
