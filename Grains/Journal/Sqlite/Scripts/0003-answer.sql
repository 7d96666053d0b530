-- Refusals that the gateway gave, for a day: no part of the journal, and nothing is decided on them.
create table answer (
    command blob primary key,
    fingerprint blob not null,
    at integer not null,
    reply blob not null
) strict, without rowid;

create index answer_at on answer (at);
