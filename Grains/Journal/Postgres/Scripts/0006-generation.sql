-- Which events may be written: the highest generation that every silo could read when it was raised. It never goes back; an older build does not start.
create table event_generation (
    one boolean primary key default true check (one),
    written integer not null
);
insert into event_generation (written) values (1);

-- What each living silo can read. Heartbeats; rows of silos that went silent are swept.
create table silo_reads (
    silo uuid primary key,
    reads integer not null,
    seen_at timestamptz not null
);
