-- Roles, schemas, and the bronze and silver tables of the Tillroll warehouse, for PostgreSQL 15 and newer.
--
-- Applied in one transaction, as often as wanted: a second run changes nothing. It needs no superuser, only the right
-- to create schemas in this database and to create roles (or roles that exist already and whose membership the caller
-- may grant). Everything from staging on is built by dbt, and what is in schema udf by `python -m udf.install`. What an
-- older warehouse has in another shape is brought here before, by the steps beside this file (schema.py).
--
--   landing ─▶ bronze.deliveries, bronze.interchanges (and _parts) ─▶ bronze.messages ─▶ silver.outcomes ─▶ staging ─▶ gold
--                                                                      └─▶ silver.attempts
--
-- What people decide of it stands in reviews.sql.

-- create ... if not exists tells about each thing that is there already; a second run has nothing to say.
set local client_min_messages = warning;

-- Roles -------------------------------------------------------------------------------------------------------------
-- Nobody logs in as these. A login is a member of one and takes it with `set role`: one writer for each schema.

do $roles$
declare
    wanted record;
begin
    for wanted in
        select role.name, role.purpose
        from (
            values
                ('tillroll_loader', 'Tillroll: the only writer of bronze and silver (Dagster).'),
                ('tillroll_dbt', 'Tillroll: reads bronze and silver; the only writer of staging to gold (dbt).'),
                ('tillroll_reviewer', 'Tillroll: decides for partners (silver.approve, silver.withdraw); nobody is a member unless granted.'),
                ('analyst', 'Tillroll: reads gold and reference, nothing else.')
        ) as role (name, purpose)
    loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            begin
                execute format('create role %I nologin', wanted.name);
                execute format('comment on role %I is %L', wanted.name, wanted.purpose);
            exception
                -- Roles belong to the whole server: another database's installer may have been faster.
                when duplicate_object or unique_violation then null;
                when insufficient_privilege then
                    raise exception 'role % is missing and % may not create it', wanted.name, current_user
                        using hint = 'Ask an administrator for: create role tillroll_loader; create role tillroll_dbt; '
                            'create role tillroll_reviewer; create role analyst; grant tillroll_loader, tillroll_dbt to ' || quote_ident(current_user);
            end;
        end if;

        -- From PostgreSQL 16 on, creating a role is no longer being a member of it. Always true for a superuser.
        if wanted.name not in ('analyst', 'tillroll_reviewer') and not pg_has_role(current_user, wanted.name, 'usage') then
            execute format('grant %I to %I', wanted.name, current_user);
        end if;
    end loop;
end
$roles$;

-- Schemas -----------------------------------------------------------------------------------------------------------

create schema if not exists bronze;
create schema if not exists silver;
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists gold;
create schema if not exists reference;
create schema if not exists udf;

comment on schema bronze is 'What arrived, exactly as it arrived: files, interchanges and messages. Written by tillroll_loader; bytes are never changed.';
comment on schema silver is 'What each message says: one outcome for each message, valid or not. Written by tillroll_loader.';
comment on schema staging is 'Valid documents as typed columns; the last place where anybody reads JSON. Written by tillroll_dbt.';
comment on schema intermediate is 'Restatements, resends, returns and calendars resolved, each rule once. Written by tillroll_dbt.';
comment on schema gold is 'Sell-through for people and BI tools: documented, tested, under contract. Written by tillroll_dbt.';
comment on schema reference is 'Meanings of qualifiers, severities of problems, partners: the CSV files of seeds/reference. Written by tillroll_dbt.';
comment on schema udf is 'The compiler as SQL functions. Written by python -m udf.install.';

-- Version -----------------------------------------------------------------------------------------------------------

create table if not exists bronze.schema_versions (
    schema_version integer primary key check (schema_version >= 1),
    applied_at timestamptz not null default now()
);

comment on table bronze.schema_versions is 'One row per shape that the tables of Bronze and Silver have been brought to by make up. The highest one stands; programs that need another refuse to work.';

-- Bronze ------------------------------------------------------------------------------------------------------------

create table if not exists bronze.interchanges (
    interchange_id text primary key check (interchange_id ~ '^[0-9a-f]{64}$'),
    file_name text not null,
    size_bytes bigint not null check (size_bytes >= 0),
    received_at timestamptz not null default clock_timestamp(),
    encoding text,
    encoding_source text,
    problems jsonb,
    message_count integer check (message_count >= 1),
    is_withdrawn boolean not null default false
);

comment on table bronze.interchanges is 'One row per different file content that ever arrived. The same bytes under another name are the same interchange; see bronze.deliveries.';
comment on column bronze.interchanges.interchange_id is 'SHA-256 of the bytes, in hexadecimal.';
comment on column bronze.interchanges.file_name is 'Name of the first file that brought these bytes, without its folder.';
comment on column bronze.interchanges.size_bytes is 'Number of the bytes, which are in bronze.interchange_parts.';
comment on column bronze.interchanges.encoding is 'Encoding by which the messages were decoded. Null, like the next three columns, until the interchange has been split into messages.';
comment on column bronze.interchanges.encoding_source is 'What gave the encoding away: bom, syntax-identifier, utf-8, ebcdic, or fallback (nothing did).';
comment on column bronze.interchanges.problems is 'JSON array of problems (code, severity, segment, span, detail) of the interchange as a whole.';
comment on column bronze.interchanges.message_count is 'Number of rows in bronze.messages: at least one, since what holds no message is kept as one message of unknown type.';
comment on column bronze.interchanges.is_withdrawn is 'Half of an upload: under each name that it was delivered under, a later file begins with all of its bytes and goes on. What is wrong with its messages is no longer anybody''s concern.';

-- In parts, because PostgreSQL and every reader hold a value in memory as a whole, and a file may have any size.
create table if not exists bronze.interchange_parts (
    interchange_id text not null references bronze.interchanges,
    part integer not null check (part >= 1),
    content bytea not null,
    primary key (interchange_id, part)
);

comment on table bronze.interchange_parts is 'One row per started megabyte of each interchange: the bytes as received, never decoded, trimmed or repaired. In the order of the parts they have the SHA-256 that the interchange is named after.';
comment on column bronze.interchange_parts.part is 'Position of the part, counted from 1. An empty file has none.';

create table if not exists bronze.deliveries (
    delivery_id bigint generated always as identity primary key,
    path text not null,
    interchange_id text references bronze.interchanges,
    status text not null check (status in ('loaded', 'repeated', 'ignored')),
    reason text,
    size_bytes bigint,
    delivered_at timestamptz not null default clock_timestamp(),
    continues text references bronze.interchanges,
    unique nulls not distinct (path, interchange_id),
    check ((status = 'ignored') = (interchange_id is null)),
    check ((status = 'ignored') = (reason is not null))
);

comment on table bronze.deliveries is 'One row per file seen in the landing folder and content it had: every file is accounted for, taken or not.';
comment on column bronze.deliveries.path is 'Path below the landing folder. A name that is not UTF-8 is written with \x escapes.';
comment on column bronze.deliveries.interchange_id is 'What the file held; null when it was ignored.';
comment on column bronze.deliveries.status is 'loaded: brought a new interchange. repeated: its bytes had come before under another name. ignored: not taken, for the reason beside it.';
comment on column bronze.deliveries.delivered_at is 'When the file was first seen with this content; looking again changes nothing.';
comment on column bronze.deliveries.continues is 'The interchange that this name brought before, where the new bytes begin with all of its: it was seen half-way through its upload.';

create table if not exists bronze.landing_files (
    folder text not null,
    path text not null,
    size_bytes bigint,
    modified_ns bigint not null,
    ignored text,
    primary key (folder, path)
);

comment on table bronze.landing_files is 'One row per file that was taken from a landing folder and lies there still: what looks the same is not opened again before the night. Not a record of what arrived, which is bronze.deliveries: emptied, it costs one reading of the folder.';
comment on column bronze.landing_files.modified_ns is 'When the file was last written, in nanoseconds since 1970.';
comment on column bronze.landing_files.ignored is 'Why the file is not loaded; null where it is.';

create table if not exists bronze.messages (
    message_id text primary key check (message_id ~ '^[0-9a-f]{64}$'),
    interchange_id text not null references bronze.interchanges,
    position integer not null check (position >= 1),
    raw text not null,
    content_sha256 text not null,
    message_type text,
    reference text,
    envelope jsonb not null,
    problems jsonb not null,
    received_at timestamptz not null,
    unique (interchange_id, position)
);

comment on table bronze.messages is 'One row per message (UNH to UNT, ST to SE) of each interchange; one of unknown type where no message can be found.';
comment on column bronze.messages.message_id is 'SHA-256 of "<interchange_id>:<position>", in hexadecimal: the name of this message from here to gold.';
comment on column bronze.messages.position is 'Position in the interchange, counted from 1.';
comment on column bronze.messages.raw is 'The text as received, decoded. Only NUL and unpaired surrogates, which text cannot hold, are replaced, each by U+FFFD, so that positions stay true; the bytes themselves are in bronze.interchange_parts. Of a message that is too large (see its problems) the beginning alone.';
comment on column bronze.messages.content_sha256 is 'SHA-256 of raw in UTF-8. Equal in two rows when a partner sends one message in two envelopes.';
comment on column bronze.messages.message_type is 'As stated in UNH or ST: SLSRPT, 852 ...; null when not stated.';
comment on column bronze.messages.reference is 'Message reference (UNH 0062) or transaction set control number (ST02).';
comment on column bronze.messages.envelope is 'Facts of the envelope that hold for this message: standard, sender, recipient, control reference, decimal mark, test indicator ...';
comment on column bronze.messages.problems is 'JSON array of what is wrong with the envelope: counts and control references that do not agree.';
comment on column bronze.messages.received_at is 'When the interchange arrived.';

-- Silver ------------------------------------------------------------------------------------------------------------

create table if not exists silver.outcomes (
    message_id text primary key references bronze.messages,
    compiler_version text not null,
    model_version text,
    message_type text,
    is_valid boolean not null,
    is_complete boolean not null,
    document jsonb,
    rejected_lines jsonb not null,
    problems jsonb not null,
    route text,
    attempts integer not null,
    verification_hash text,
    compile_ms numeric not null,
    plans text[] not null default '{}',
    partner text not null default '',
    decisions bigint[] not null default '{}',
    compiled_at timestamptz not null default now(),
    proposals jsonb not null default '[]',
    check (document is not null or not is_valid),
    check (is_valid or not is_complete)
);

comment on table silver.outcomes is 'One row per compiled message: its document and the verdict. A message is pending while it has no row of the current compiler_version that was made under what is decided for its partner now (silver.settled_outcomes); the next run replaces the row.';
comment on column silver.outcomes.is_valid is 'No error concerns the message as a whole. False: no line of it goes further, whatever the document holds.';
comment on column silver.outcomes.is_complete is 'Valid, and not one line was rejected.';
comment on column silver.outcomes.document is 'The compiled document (udf/contract.schema.json): lines hold proved values only. Kept for an invalid message too, for a person to see: never read it without is_valid.';
comment on column silver.outcomes.rejected_lines is 'JSON array: text, span, last output and problems of each line that could not be proved.';
comment on column silver.outcomes.problems is 'JSON array of every problem, errors and warnings: code, severity, segment, span, detail.';
comment on column silver.outcomes.route is 'Who produced the records: plan, model, review or mixed.';
comment on column silver.outcomes.attempts is 'Attempts of the model for the slowest chunk; 0 when only plans ran.';
comment on column silver.outcomes.verification_hash is 'SHA-256 over the UTF-8 text of the message, then its document as JSON with sorted keys and no blanks (null where there is none).';
comment on column silver.outcomes.compile_ms is 'Wall time in the compiler, in milliseconds.';
comment on column silver.outcomes.plans is 'Ids of the plans that made it; none where the model did.';
comment on column silver.outcomes.proposals is 'JSON array: what the message would be read as, the most likely first, where it is not proved; not one line of it goes on. silver.proposals has them as rows.';
comment on column silver.outcomes.partner is 'The sender in the envelope; empty where there is none.';
comment on column silver.outcomes.decisions is 'Which decisions of people (silver.reviews) stood before the reference tables when it was made, in their order, whether the message needed them or not.';

-- Reading documents is nearly all of staging's work, and they lie beside the table, whose own size tells the planner of
-- no work worth sharing.
alter table silver.outcomes set (parallel_workers = 2);

create table if not exists silver.held_days (
    partner_id text not null,
    received_date date not null,
    message_count bigint not null,
    invalid_count bigint not null,
    line_count bigint not null,
    rejected_line_count bigint not null,
    is_refused boolean not null,
    released_at timestamptz,
    reason text,
    primary key (partner_id, received_date)
);

comment on table silver.held_days is 'Days on which so much of a partner was refused that all it sent on them waits and does not reach Gold. One row per partner and day of receipt, by UTC.';
comment on column silver.held_days.partner_id is 'The sender in the envelope.';
comment on column silver.held_days.is_refused is 'False once the shares have recovered.';
comment on column silver.held_days.released_at is 'When a person let the day go on all the same; free for an operator to set.';
comment on column silver.held_days.reason is 'Why it was released; free for an operator to fill.';

create table if not exists silver.attempts (
    attempt_id bigint generated always as identity primary key,
    message_id text not null references bronze.messages,
    compiler_version text not null,
    attempt integer not null,
    chunk text,
    route text,
    reading text,
    output text,
    problems jsonb not null,
    compile_ms numeric not null,
    attempted_at timestamptz not null default now()
);

create index if not exists attempts_message_id on silver.attempts (message_id);

comment on table silver.attempts is 'One row per message and compiler that has tried, and one per attempt at a chunk that was not proved at once, at most 500 a message.';
comment on column silver.attempts.attempt is 'Number of the attempt at this chunk, as the compiler counts it.';
comment on column silver.attempts.chunk is 'Which part of the message: header, line 7; null for the message as a whole.';
comment on column silver.attempts.reading is 'Which reading of the message was tried; by-layout lets the layout of the message bind places to lines.';
comment on column silver.attempts.output is 'What the model pointed at: field, segment, element.component and value; null for the message as a whole.';
comment on column silver.attempts.problems is 'JSON array of what the gatekeeper found wrong with it.';

create table if not exists silver.plans (
    plan_id text not null,
    compiler_version text not null,
    partner text not null,
    standard text not null,
    message_type text not null,
    version text not null,
    decimal_mark text,
    una text,
    delimiters jsonb not null,
    kind text not null check (kind in ('header', 'group', 'line', 'trailer')),
    shape text not null,
    records jsonb not null,
    mapping text not null,
    confidence numeric not null,
    proofs integer not null,
    status text not null check (status in ('candidate', 'approved', 'pinned', 'revoked')),
    reason text not null,
    profile jsonb not null default '{}',
    decisions bigint[] not null default '{}',
    learnt_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    primary key (plan_id, compiler_version)
);

create index if not exists plans_changed on silver.plans (compiler_version, changed_at);

comment on table silver.plans is 'What was learnt of each partner: the shape of a piece of a message and where its fields stand. A plan runs without the model once it has enough proofs, or an operator approved it. Plans of another compiler_version are history.';
comment on column silver.plans.partner is 'The sender in the envelope; empty where there is none.';
comment on column silver.plans.shape is 'The piece with its values masked: {number}, {digits:13}, {date:99999999}, {text}, {as:3} (what the third value is).';
comment on column silver.plans.records is 'For each record of the piece, the place of each field: segment, element and component, from 0.';
comment on column silver.plans.mapping is 'The same for a person: quantity = QTY 1.2 where QTY 1.1 is 153.';
comment on column silver.plans.proofs is 'Messages read by the model and proved by the gatekeeper that it agreed with; so many as udf/plans/plan.py says let it run.';
comment on column silver.plans.status is 'candidate: runs when it has its proofs. approved: runs at once. pinned: runs, and a disagreement is reported but does not end it. revoked: never runs again. An operator may set any of them; workers hear of it with their next batch.';
comment on column silver.plans.profile is 'Of a header: how the values of the messages it stands in are written, by role (signs, decimals, digits, years). What is written otherwise is looked at, and another dialect revokes the plans.';
comment on column silver.plans.decisions is 'Under which decisions of people (silver.reviews) it was learnt: it runs while they and no others hold for its partner and message type.';
comment on column silver.plans.reason is 'Why it was revoked; free for an operator to fill.';

create table if not exists silver.arrangements (
    arrangement_id text not null,
    compiler_version text not null,
    header text not null,
    first text not null,
    last text not null,
    trailer text not null,
    pairs text[] not null,
    plans text[] not null,
    proved_at timestamptz not null default clock_timestamp(),
    primary key (arrangement_id, compiler_version)
);

comment on table silver.arrangements is 'Which plans have stood together in a message that was proved in full: plans run only in messages arranged like one of these.';

create table if not exists silver.disagreements (
    disagreement_id bigint generated always as identity primary key,
    compiler_version text not null,
    content_sha256 text not null,
    plans text[] not null,
    detail text not null,
    requeued integer not null,
    noticed_at timestamptz not null default clock_timestamp()
);

comment on table silver.disagreements is 'Messages of the shadow sample that plans and model read differently: their plans were revoked, unless pinned, and what those had compiled was compiled again. And messages whose values are written otherwise than the partner''s before: their plans were revoked, what those had compiled stands.';
comment on column silver.disagreements.content_sha256 is 'The message (bronze.messages.content_sha256).';
comment on column silver.disagreements.requeued is 'Outcomes that were taken back and became pending again.';

-- Compression -------------------------------------------------------------------------------------------------------
-- Compressing a document by pglz, PostgreSQL's default, was a third of the work of storing it (405 to 583 us for 11 kB,
-- November 2026); lz4 is a tenth of that, where the server has it.

do $lz4$
begin
    if 'lz4' = any(select unnest(enumvals) from pg_settings where name = 'default_toast_compression') then
        alter table bronze.interchange_parts alter column content set compression lz4;
        alter table bronze.messages alter column raw set compression lz4;
        alter table silver.outcomes alter column document set compression lz4;
    end if;
end
$lz4$;

-- Orphans -----------------------------------------------------------------------------------------------------------
-- Without it a query goes on for as long as it takes after whoever asked was killed, and its locks with it. Not every
-- system can, and not everybody who may create schemas here owns the database.

do $orphans$
begin
    execute format('alter database %I set client_connection_check_interval = %L', current_database(), '2s');
exception
    when insufficient_privilege or invalid_parameter_value then null;
end
$orphans$;

-- Grants ------------------------------------------------------------------------------------------------------------

grant usage on schema bronze, silver to tillroll_loader, tillroll_dbt;
grant select on all tables in schema bronze, silver to tillroll_loader, tillroll_dbt;

-- Nobody is granted a change to bytes or text once received. What is wrong with a large envelope comes to light at its
-- end only, when its messages are written: their problems are added to. A row lock (select ... for update) needs the
-- right to update one column, which is why messages.received_at stands here.
grant insert on all tables in schema bronze to tillroll_loader;
revoke insert on bronze.schema_versions from tillroll_loader;
grant update, delete on bronze.landing_files to tillroll_loader;
grant update (encoding, encoding_source, problems, message_count, is_withdrawn) on bronze.interchanges to tillroll_loader;
grant update (received_at, problems) on bronze.messages to tillroll_loader;
grant insert, update, delete on
    silver.outcomes, silver.held_days, silver.attempts, silver.plans, silver.arrangements, silver.disagreements
to tillroll_loader;

grant usage, create on schema staging, intermediate, gold, reference to tillroll_dbt;

grant usage on schema gold, reference to analyst;
grant select on all tables in schema gold, reference to analyst;

-- dbt drops and builds its tables anew, so the analyst's right must come with each new one, whether dbt took its own
-- role or works as the login itself.
alter default privileges in schema gold, reference grant select on tables to analyst;
alter default privileges for role tillroll_dbt in schema gold, reference grant select on tables to analyst;

-- Everybody ---------------------------------------------------------------------------------------------------------
-- PostgreSQL lets whoever may connect leave large objects behind, write into the log of changes and take advisory locks:
-- a reader of gold could keep silver from being stored. Not in a database that holds nothing but Tillroll. One that
-- holds more is somebody else's to close, and only a superuser can.

do $everybody$
declare
    routine record;
begin
    if not (select rolsuper from pg_roles where rolname = current_user) or exists (
        select
        from pg_class
        inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
        where pg_namespace.nspname !~ '^pg_'
            and pg_namespace.nspname not in (
                'information_schema', 'bronze', 'silver', 'staging', 'intermediate', 'gold', 'reference', 'udf'
            )
            and pg_class.relkind in ('r', 'p', 'v', 'm', 'f')
            and not exists (
                select from pg_depend where pg_depend.objid = pg_class.oid and pg_depend.deptype = 'e'
            )
    ) then
        return;
    end if;

    for routine in
        select
            oid::regprocedure as name,
            proname ~ '^pg_(try_)?advisory_' as is_lock
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (
                proname ~ '^pg_(try_)?advisory_'
                or proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message')
            )
            and has_function_privilege('public', oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', routine.name);
        if routine.is_lock then
            execute format('grant execute on function %s to tillroll_loader, tillroll_dbt', routine.name);
        end if;
    end loop;
end
$everybody$;
