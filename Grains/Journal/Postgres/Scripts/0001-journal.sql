-- Instants are milliseconds since 1970. Payloads are bytea: jsonb would normalise them and break the hashes.
create table committer (
    id integer generated always as identity primary key,
    incarnation uuid not null unique,
    started_at bigint not null
);

create table event (
    stream uuid not null,
    version bigint not null,
    type text not null,
    schema integer not null,
    payload bytea not null,
    command uuid,
    fingerprint bytea,
    at bigint not null,
    committer integer not null,
    batch bigint not null,
    hash bytea not null,
    mac bytea not null,
    primary key (stream, version),
    -- A stream remembers a command for ever; rows without a command do not collide (NULLs are distinct).
    unique (stream, command)
) partition by hash (stream);

-- From the first script: splitting a grown table later would mean copying it.
do $$
begin
    for i in 0..31 loop
        execute format('create table event_%s partition of event for values with (modulus 32, remainder %s)', lpad(i::text, 2, '0'), i);
        -- Small enough payloads are not worth pglz; large ones are mostly hashes and signatures.
        execute format('alter table event_%s alter column payload set storage external', lpad(i::text, 2, '0'));
    end loop;
end
$$;

create table stream (
    stream uuid primary key,
    tenant text not null,
    kind text not null,
    key text not null
);

create table batch (
    committer integer not null references committer (id),
    n bigint not null,
    keys bytea not null,
    root bytea not null,
    prev bytea not null,
    hash bytea not null,
    mac bytea not null,
    at bigint not null,
    primary key (committer, n)
);
alter table batch alter column keys set storage external;

create table wake (
    stream uuid primary key,
    shard smallint not null,
    due_at bigint not null,
    attempts integer not null default 0,
    dead boolean not null default false
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create index wake_due on wake (shard, due_at) where not dead;
create index wake_dead on wake (stream) where dead;

create table snapshot (
    stream uuid primary key,
    version bigint not null,
    code text not null,
    hash bytea not null,
    state bytea not null,
    mac bytea not null
);

create table checkpoint (
    number bigint primary key,
    at bigint not null,
    heads bytea not null,
    root bytea not null,
    prev bytea not null,
    signature bytea not null
);
