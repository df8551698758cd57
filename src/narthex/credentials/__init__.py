"""What a person knows: a password. Owns the tables `passwords`, `attempts` (counted before the check, so that parallel
guesses count too) and `known_browsers` (which a lock of an identifier does not lock out). Also the hash and the policy
of passwords. Used by verifications, registration, the console and the account pages."""
