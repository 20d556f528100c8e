-- Views that you can see: the product 4 was looked at on 29 June, and on 30 June only the product 1.

INSERT INTO product_views (id, product_id, day, views, first_seen_at) VALUES
    (1, 4, '2026-06-29', 17, '2026-06-29T05:58:00Z'),
    (2, 1, '2026-06-30', 3, '2026-06-30T06:12:00Z');

INSERT INTO view_sources (view_id, source, views) VALUES
    (1, 'newsletter', 12),
    (1, 'search', 5),
    (2, 'search', 3);
