"""The pages in a real headless browser, served by the production server."""
