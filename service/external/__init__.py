"""Documents from outside: pages of a site, tickets and articles of a help desk. They are kept in the data folder."""
