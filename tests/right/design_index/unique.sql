-- As a rule too: nobody may have an address of another one in capital letters.
CREATE UNIQUE INDEX one_login_each ON customers (LOWER(email));
