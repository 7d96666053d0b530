-- What a cluster of silos keeps beside the journal: who is a member, reminders, and who subscribes to a stream. Names of tables, columns, queries and
-- parameters are the contract of Orleans' ADO.NET providers 10.4.2, which read the text of each query from OrleansQuery; the text is ours. Each
-- query is one statement: it happens whole or not at all. The embedded runtime leaves these tables empty.
create table OrleansQuery (
    QueryKey varchar(64) primary key,
    QueryText varchar(8000) not null
);

-- One row per cluster. Every change of membership moves its version by one, under the row's lock: of two silos that saw the same version one wins.
create table OrleansMembershipVersionTable (
    DeploymentId varchar(150) primary key,
    Timestamp timestamptz(3) not null default now(),
    Version integer not null default 0
);

create table OrleansMembershipTable (
    DeploymentId varchar(150) not null references OrleansMembershipVersionTable,
    Address varchar(45) not null,
    Port integer not null,
    Generation integer not null,
    SiloName varchar(150) not null,
    HostName varchar(150) not null,
    Status integer not null,
    ProxyPort integer,
    SuspectTimes varchar(8000),
    StartTime timestamptz(3) not null,
    IAmAliveTime timestamptz(3) not null,
    primary key (DeploymentId, Address, Port, Generation)
);

create table OrleansRemindersTable (
    ServiceId varchar(150) not null,
    GrainId varchar(150) not null,
    ReminderName varchar(150) not null,
    StartTime timestamptz(3) not null,
    Period bigint not null,
    GrainHash integer not null,
    Version integer not null,
    primary key (ServiceId, GrainId, ReminderName)
);

create index on OrleansRemindersTable (ServiceId, GrainHash);

-- The released script has no unique key here: two first writers of one grain would both succeed. This one has.
create table OrleansStorage (
    GrainIdHash integer not null,
    GrainIdN0 bigint not null,
    GrainIdN1 bigint not null,
    GrainTypeHash integer not null,
    GrainTypeString varchar(512) not null,
    GrainIdExtensionString varchar(512) not null,
    ServiceId varchar(150) not null,
    PayloadBinary bytea,
    ModifiedOn timestamptz not null default now(),
    Version integer not null,
    primary key (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString)
);

insert into OrleansQuery values
('InsertMembershipVersionKey', $$
    with made as (
        insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId) on conflict do nothing returning 1)
    select count(*)::integer from made
$$),
('InsertMembershipKey', $$
    with moved as (
        update OrleansMembershipVersionTable v set Timestamp = now(), Version = Version + 1
        where DeploymentId = @DeploymentId and Version = @Version and not exists (
            select from OrleansMembershipTable m
            where m.DeploymentId = v.DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning DeploymentId),
    added as (
        insert into OrleansMembershipTable
            (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        select DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from moved
        returning 1)
    select count(*)::integer from added
$$),
('UpdateMembershipKey', $$
    with moved as (
        update OrleansMembershipVersionTable v set Timestamp = now(), Version = Version + 1
        where DeploymentId = @DeploymentId and Version = @Version and exists (
            select from OrleansMembershipTable m
            where m.DeploymentId = v.DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning DeploymentId),
    changed as (
        update OrleansMembershipTable m set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
        from moved where m.DeploymentId = moved.DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
        returning 1)
    select count(*)::integer from changed
$$),
('UpdateIAmAlivetimeKey', $$
    update OrleansMembershipTable set IAmAliveTime = @IAmAliveTime
    where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
$$),
('MembershipReadRowKey', $$
    select v.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, v.Version
    from OrleansMembershipVersionTable v left join OrleansMembershipTable m
        on m.DeploymentId = v.DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
    where v.DeploymentId = @DeploymentId
$$),
('MembershipReadAllKey', $$
    select v.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, v.Version
    from OrleansMembershipVersionTable v left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId
    where v.DeploymentId = @DeploymentId
$$),
('DeleteMembershipTableEntriesKey', $$
    with gone as (delete from OrleansMembershipTable where DeploymentId = @DeploymentId)
    delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
$$),
-- Status 3 is Active: a member that is merely silent stays until the others have declared it dead.
('CleanupDefunctSiloEntriesKey', $$
    delete from OrleansMembershipTable where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3
$$),
('GatewaysQueryKey', $$
    select Address, ProxyPort, Generation from OrleansMembershipTable
    where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
$$),
('UpsertReminderRowKey', $$
    insert into OrleansRemindersTable as r (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
    values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    on conflict (ServiceId, GrainId, ReminderName) do update
    set StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = r.Version + 1
    returning Version
$$),
('ReadReminderRowsKey', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable where ServiceId = @ServiceId and GrainId = @GrainId
$$),
('ReadReminderRowKey', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
    where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName
$$),
-- The ring is cut at its origin: a range lies within it (1) or around it (2).
('ReadRangeRows1Key', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
    where ServiceId = @ServiceId and GrainHash > @BeginHash and GrainHash <= @EndHash
$$),
('ReadRangeRows2Key', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
    where ServiceId = @ServiceId and (GrainHash > @BeginHash or GrainHash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
    with gone as (
        delete from OrleansRemindersTable
        where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version
        returning 1)
    select count(*)::integer from gone
$$),
('DeleteReminderRowsKey', $$
    delete from OrleansRemindersTable where ServiceId = @ServiceId
$$),
-- Answers the new version, or the given one (none at a first write) when another writer was faster, which Orleans takes as a conflict.
('WriteToStorageKey', $$
    with changed as (
        update OrleansStorage set PayloadBinary = @PayloadBinary, ModifiedOn = now(), Version = Version + 1
        where ServiceId = @ServiceId and GrainTypeString = @GrainTypeString and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
            and GrainIdExtensionString = coalesce(@GrainIdExtensionString::text, '') and Version = @GrainStateVersion::integer
        returning Version),
    made as (
        insert into OrleansStorage (
            GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, Version)
        select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, coalesce(@GrainIdExtensionString::text, ''), @ServiceId,
            @PayloadBinary, 1
        where @GrainStateVersion::integer is null
        on conflict do nothing
        returning Version)
    select coalesce((select Version from changed), (select Version from made), @GrainStateVersion::integer) as NewGrainStateVersion
$$),
('ReadFromStorageKey', $$
    select PayloadBinary, ModifiedOn, Version from OrleansStorage
    where ServiceId = @ServiceId and GrainTypeString = @GrainTypeString and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and GrainIdExtensionString = coalesce(@GrainIdExtensionString::text, '')
$$),
('ClearStorageKey', $$
    update OrleansStorage set PayloadBinary = null, ModifiedOn = now(), Version = Version + 1
    where ServiceId = @ServiceId and GrainTypeString = @GrainTypeString and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and GrainIdExtensionString = coalesce(@GrainIdExtensionString::text, '') and Version = @GrainStateVersion::integer
    returning Version as NewGrainStateVersion
$$),
('DeleteStorageKey', $$
    delete from OrleansStorage
    where ServiceId = @ServiceId and GrainTypeString = @GrainTypeString and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and GrainIdExtensionString = coalesce(@GrainIdExtensionString::text, '') and Version = @GrainStateVersion::integer
    returning Version + 1 as NewGrainStateVersion
$$);
