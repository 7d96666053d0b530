-- Wakes that threw since the last one that did not: only these lead to a dead letter, not those of a stream that merely still owes.
alter table wake add column failures integer not null default 0;
