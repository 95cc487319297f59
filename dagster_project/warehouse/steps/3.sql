-- What a person decides for a partner has come: outcomes and plans say under which decisions they were made. What there
-- is was made under none.

alter table silver.outcomes add column partner text not null default '';
alter table silver.outcomes add column decisions bigint[] not null default '{}';
alter table if exists silver.plans add column decisions bigint[] not null default '{}';
