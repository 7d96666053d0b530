-- Refusals that the gateway gave, for a day: no part of the journal, and nothing is decided on them.
create table answer (
    command uuid primary key,
    fingerprint bytea not null,
    at bigint not null,
    reply bytea not null
);

create index answer_at on answer (at);
