-- How many accounts each tenant has, for its quota. No part of the journal; those of before count for the tenant of their streams.
create table tenant_accounts (
    tenant text primary key,
    accounts bigint not null
);
insert into tenant_accounts select tenant, count(*) from stream where kind = 'account' group by tenant;
