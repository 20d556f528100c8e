//! Real programs that an exercise needs: PostgreSQL and Redis.
