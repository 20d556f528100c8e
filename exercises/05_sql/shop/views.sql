-- How often a product's page is looked at, for sql_upsert. It comes after schema.sql.

-- One row for each product and day.
CREATE TABLE product_views (
    id            INTEGER PRIMARY KEY,
    product_id    INTEGER NOT NULL REFERENCES products (id),
    day           TEXT NOT NULL,
    views         INTEGER NOT NULL CHECK (views > 0),
    first_seen_at TEXT NOT NULL,
    UNIQUE (product_id, day)
);

-- From which page the visitors came; these rows belong to a row of product_views and go with it.
CREATE TABLE view_sources (
    view_id INTEGER NOT NULL REFERENCES product_views (id) ON DELETE CASCADE,
    source  TEXT NOT NULL,
    views   INTEGER NOT NULL,
    PRIMARY KEY (view_id, source)
);
