-- A file that goes on where an earlier one of its name ended withdraws what was wrong with that.

alter table bronze.interchanges add column is_withdrawn boolean not null default false;
alter table bronze.deliveries add column continues text references bronze.interchanges;
