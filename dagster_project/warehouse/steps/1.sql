-- From any shape of before there were versions (November 2026) to the first: each part looks whether it is needed.

-- The bytes of a file lay beside the interchange, in one value.
do $$
declare
    part_bytes constant integer := 1048576;
begin
    if exists (
        select from pg_attribute
        where attrelid = 'bronze.interchanges'::regclass and attname = 'content' and not attisdropped
    ) then
        create table bronze.interchange_parts (
            interchange_id text not null references bronze.interchanges,
            part integer not null check (part >= 1),
            content bytea not null,
            primary key (interchange_id, part)
        );
        insert into bronze.interchange_parts (interchange_id, part, content)
        select
            interchanges.interchange_id,
            part.number,
            substring(interchanges.content from (part.number - 1) * part_bytes + 1 for part_bytes)
        from bronze.interchanges
        cross join lateral generate_series(
            1, (octet_length(interchanges.content) + part_bytes - 1) / part_bytes
        ) as part (number);
        -- With it goes the check that compared it with size_bytes.
        alter table bronze.interchanges drop column content;
        alter table bronze.interchanges add check (size_bytes >= 0);
    end if;
end
$$;

-- Files of one transaction have their own moments.
alter table bronze.interchanges alter column received_at set default clock_timestamp();
alter table bronze.deliveries alter column delivered_at set default clock_timestamp();

alter table silver.outcomes add column if not exists plans text[] not null default '{}';

-- How values are written had another name, or was not known.
do $$
begin
    if to_regclass('silver.plans') is null then
        return;
    end if;
    if exists (
        select from pg_attribute
        where attrelid = 'silver.plans'::regclass and attname = 'customs' and not attisdropped
    ) then
        alter table silver.plans rename column customs to profile;
    end if;
    alter table silver.plans add column if not exists profile jsonb not null default '{}';
end
$$;
