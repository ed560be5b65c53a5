"""Tests of the pages, on both databases. A package, so that a room and its services can name their tests alike."""
