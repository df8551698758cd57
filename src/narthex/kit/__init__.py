"""What knows no domain word: time, randomness, digests, encryption, signatures, forms, responses, the database.

Everything above may import from here; nothing here imports from above. Owns no table.
"""
