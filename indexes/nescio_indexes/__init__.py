"""Encoders, exemplar indexes, scope scores and knowledge indexes: text to vectors, vectors to neighbours."""
