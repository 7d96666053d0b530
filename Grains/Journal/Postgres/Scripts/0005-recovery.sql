-- Restores of this database from a copy that may have lost its tail. The instant at which one was noticed names it.
create table recovery (
    began_at bigint primary key,
    signed_up_to bigint not null,
    reason text not null,
    roused_at bigint,
    ended_at bigint,
    ended_because text
);
