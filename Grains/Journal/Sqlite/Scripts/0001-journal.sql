-- Ids are 16-byte blobs (big-endian uuid), instants are milliseconds since 1970.
create table committer (
    id integer primary key,
    incarnation blob not null unique,
    started_at integer not null
) strict;

create table event (
    stream blob not null,
    version integer not null,
    type text not null,
    schema integer not null,
    payload blob not null,
    command blob,
    fingerprint blob,
    at integer not null,
    committer integer not null,
    batch integer not null,
    hash blob not null,
    mac blob not null,
    primary key (stream, version)
) strict;

-- UNIQUE(stream, command): a stream remembers a command for ever. Rows without a command are not in the index.
create unique index event_command on event (stream, command) where command is not null;

create table stream (
    stream blob primary key,
    tenant text not null,
    kind text not null,
    key text not null
) strict, without rowid;

create table batch (
    committer integer not null references committer (id),
    n integer not null,
    keys blob not null,
    root blob not null,
    prev blob not null,
    hash blob not null,
    mac blob not null,
    at integer not null,
    primary key (committer, n)
) strict, without rowid;

create table wake (
    stream blob primary key,
    shard integer not null,
    due_at integer not null,
    attempts integer not null default 0,
    dead integer not null default 0
) strict, without rowid;

create index wake_due on wake (shard, due_at) where dead = 0;
create index wake_dead on wake (stream) where dead = 1;

create table snapshot (
    stream blob primary key,
    version integer not null,
    code text not null,
    hash blob not null,
    state blob not null,
    mac blob not null
) strict, without rowid;

create table checkpoint (
    number integer primary key,
    at integer not null,
    heads blob not null,
    root blob not null,
    prev blob not null,
    signature blob not null
) strict;
