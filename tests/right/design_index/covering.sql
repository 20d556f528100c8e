-- The name is in the index, so the row itself need not be read.
CREATE INDEX IF NOT EXISTS login ON customers (lower(email), name)
