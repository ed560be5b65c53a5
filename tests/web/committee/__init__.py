"""The technical committee's room, page by page."""
