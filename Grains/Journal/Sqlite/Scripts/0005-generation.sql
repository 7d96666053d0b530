-- Which events may be written: the highest generation that every silo could read when it was raised. It never goes back; an older build does not start.
create table event_generation (
    one integer primary key check (one = 1),
    written integer not null
) strict;
insert into event_generation (one, written) values (1, 1);

-- What each living silo can read. Heartbeats; rows of silos that went silent are swept. Instants are milliseconds since 1970.
create table silo_reads (
    silo blob primary key,
    reads integer not null,
    seen_at integer not null
) strict, without rowid;
