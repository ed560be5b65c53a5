"""The use cases: one function per verb. They check, change, record and tell, in that order; they flush, never commit."""
