-- Data keys of personal texts, each encrypted under a key that is in no database. One of an account is in force; a destroyed one keeps its row without the key.
create table personal_key (
    id uuid primary key,
    account text not null,
    wrapped bytea,
    made_at bigint not null,
    destroyed_at bigint
);
create unique index personal_key_in_force on personal_key (account) where wrapped is not null;
