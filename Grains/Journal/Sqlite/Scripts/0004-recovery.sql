-- Restores of this database from a copy that may have lost its tail. The instant at which one was noticed names it.
create table recovery (
    began_at integer primary key,
    signed_up_to integer not null,
    reason text not null,
    roused_at integer,
    ended_at integer,
    ended_because text
) strict;
