-- What people decide, row by row and never changed: silver.reviews, who may write it, and what follows for outcomes.
--
-- Applied behind warehouse.sql, in the same transaction and as often as wanted. No role may write the table: the two
-- functions do, for whoever is in tillroll_reviewer, with the rights of who has installed them. Each name in them is
-- qualified and search_path is pinned, so that nobody's own functions run with those rights.

set local client_min_messages = warning;

create table if not exists silver.review_kinds (
    kind text primary key,
    key text[] not null,
    optional text[] not null,
    meaning text not null,
    meanings text[] not null,
    contexts jsonb not null,
    message_types text[] not null
);

comment on table silver.review_kinds is 'What may be decided: one row per kind, written by make up from the reference tables of the compiler.';
comment on column silver.review_kinds.key is 'Of what a decision speaks: cells of its row.';
comment on column silver.review_kinds.optional is 'Those cells of the key that may be blank.';
comment on column silver.review_kinds.meaning is 'The cell that says what is decided of it.';
comment on column silver.review_kinds.meanings is 'What may stand in that cell.';
comment on column silver.review_kinds.contexts is 'JSON array: each decision contains one of its objects.';
comment on column silver.review_kinds.message_types is 'Message types that a decision may be limited to.';

create table if not exists silver.reviews (
    review_id bigint generated always as identity primary key,
    kind text not null,
    partner text not null check (partner <> ''),
    message_type text,
    decision jsonb,
    withdraws bigint unique references silver.reviews,
    why text not null check (why ~ '\S'),
    decided_by text not null default session_user,
    decided_at timestamptz not null default clock_timestamp(),
    check ((kind = 'withdrawal') = (withdraws is not null)),
    check ((kind = 'withdrawal') = (decision is null))
);

create index if not exists reviews_partner on silver.reviews (partner);

comment on table silver.reviews is 'One row per decision of a person about one partner, or withdrawal of an earlier one. Rows are added by silver.approve and silver.withdraw, and never changed or deleted.';
comment on column silver.reviews.kind is 'role: whether a party, location or reference is a place. code: what a quantity code means. period: what a date is. severity: how severe a problem is. layout: how messages that are laid out alike are read. withdrawal: of an earlier row.';
comment on column silver.reviews.partner is 'The sender in the envelope, for whose messages alone it holds.';
comment on column silver.reviews.message_type is 'SLSRPT, INVRPT, 852, 846 or 867, of which alone it holds; null for all.';
comment on column silver.reviews.decision is 'The row as it would stand in the reference table (party_roles, quantity_meanings, date_roles, problem_severities), without partner, message type and description. It goes before all rows of the table. Of a layout what an approved proposal records (layout, reading, plan), with the meanings of codes that no table knows.';
comment on column silver.reviews.withdraws is 'The review that no longer holds.';
comment on column silver.reviews.why is 'What the person who decided knew.';
comment on column silver.reviews.decided_by is 'The login, whatever role it had taken.';

create or replace function silver.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'Rows of silver.reviews stay as they are: withdraw one by silver.withdraw.' using errcode = '42501';
end
$$;

comment on function silver.refuse_change() is 'Keeps silver.reviews append-only, whoever asks.';

create or replace trigger reviews_stay
before update or delete or truncate on silver.reviews
for each statement execute function silver.refuse_change();

-- What holds --------------------------------------------------------------------------------------------------------

create or replace view silver.decisions as
select reviews.review_id, reviews.kind, reviews.partner, reviews.message_type, reviews.decision, reviews.why,
    reviews.decided_by, reviews.decided_at
from silver.reviews
where reviews.kind <> 'withdrawal'
    and not exists (select from silver.reviews as later where later.withdraws = reviews.review_id);

comment on view silver.decisions is 'The decisions that hold: those reviews that are not withdrawn. One row per decision.';

-- Written down, because pending is asked for often and each outcome with it: as a view it was worked out anew for each of
-- 10,000 messages (1.4 s for a batch of 200, November 2026).
create table if not exists silver.decisions_in_force (
    partner text not null,
    message_type text,
    review_ids bigint[] not null,
    unique nulls not distinct (partner, message_type)
);

comment on table silver.decisions_in_force is 'Which decisions hold for a partner''s messages of a type, written with each review. One row per partner that has any and message type that one speaks of, and one without a type for all other messages.';

create or replace function silver.put_in_force() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    delete from silver.decisions_in_force where decisions_in_force.partner = new.partner;
    insert into silver.decisions_in_force (partner, message_type, review_ids)
    select
        new.partner,
        scope.message_type,
        array(
            select decisions.review_id
            from silver.decisions
            where decisions.partner = new.partner
                and (decisions.message_type is null or decisions.message_type = scope.message_type)
            order by decisions.review_id
        )
    from (
        select decisions.message_type from silver.decisions where decisions.partner = new.partner
        union
        select null from silver.decisions where decisions.partner = new.partner
    ) as scope;
    return null;
end
$$;

comment on function silver.put_in_force() is 'Writes silver.decisions_in_force anew for the partner of a review.';

create or replace trigger reviews_hold
after insert on silver.reviews
for each row execute function silver.put_in_force();

create or replace view silver.settled_outcomes as
select outcomes.message_id, outcomes.compiler_version
from silver.outcomes
left join silver.decisions_in_force as of_type
    on of_type.partner = outcomes.partner and of_type.message_type = outcomes.message_type
left join silver.decisions_in_force as of_any
    on of_any.partner = outcomes.partner and of_any.message_type is null
where outcomes.decisions = coalesce(of_type.review_ids, of_any.review_ids, '{}');

comment on view silver.settled_outcomes is 'Outcomes that were made under what holds for their partner and message type now. A message without one of the current compiler_version is pending.';

-- Functions ---------------------------------------------------------------------------------------------------------

-- Whoever waits must see what the one before has decided.
create or replace function silver.take_turn() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'Decisions are made in transactions that are read committed.' using errcode = '25001';
    end if;
    perform pg_advisory_xact_lock(hashtext('tillroll.reviews'));
end
$$;

comment on function silver.take_turn() is 'Lets one transaction after the other decide.';

create or replace function silver.approve(
    partner text, kind text, decision jsonb, why text, message_type text default null
) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known silver.review_kinds;
    cells jsonb;
    other record;
    found_id bigint;
begin
    perform silver.take_turn();

    select * into known from silver.review_kinds where review_kinds.kind = approve.kind;
    if not found then
        raise exception 'There is no kind % to approve: it is one of %.', coalesce(kind, 'null'),
            (select string_agg(review_kinds.kind, ', ' order by review_kinds.kind) from silver.review_kinds) using errcode = '22023';
    end if;
    if coalesce(partner, '') !~ '\S' then
        raise exception 'A decision is about one partner: the sender in its envelopes.' using errcode = '22023';
    end if;
    if coalesce(why, '') !~ '\S' then
        raise exception 'A decision says why it was made.' using errcode = '22023';
    end if;
    if message_type <> all (known.message_types) then
        raise exception 'There is no message type %: it is one of %, or null for all.', message_type,
            array_to_string(known.message_types, ', ') using errcode = '22023';
    end if;

    if known.kind = 'layout' then
        cells := silver.complete_layout(known, decision, partner, message_type);
        perform silver.refuse_contradiction(cells, partner, message_type);
    else
        cells := silver.complete_decision(known, decision);
    end if;

    select decisions.review_id, decisions.decision ->> known.meaning as meaning into other
    from silver.decisions
    where decisions.partner = approve.partner
        and decisions.kind = approve.kind
        and decisions.kind <> 'layout'
        and decisions.decision - known.meaning = cells - known.meaning
        and decisions.decision <> cells
        and coalesce(decisions.message_type = approve.message_type, true)
    order by decisions.review_id
    limit 1;
    if found then
        raise exception 'Review % says % of the same: withdraw it first (silver.withdraw).', other.review_id,
            other.meaning using errcode = '23505';
    end if;

    select decisions.review_id into found_id
    from silver.decisions
    where decisions.partner = approve.partner
        and decisions.kind = approve.kind
        and decisions.decision = cells
        and decisions.message_type is not distinct from approve.message_type;
    if not found then
        insert into silver.reviews (kind, partner, message_type, decision, why)
        values (approve.kind, approve.partner, approve.message_type, cells, approve.why)
        returning reviews.review_id into found_id;
    end if;
    return found_id;
end
$$;

comment on function silver.approve(text, text, jsonb, text, text) is 'Decides something for one partner, as a row of a reference table, and gives the id of the review; the same once more gives the same id. What contradicts a decision that holds is refused. The partner''s messages are pending then.';

create or replace function silver.withdraw(review bigint, why text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    withdrawn silver.reviews;
    found_id bigint;
begin
    perform silver.take_turn();

    select * into withdrawn from silver.reviews where reviews.review_id = withdraw.review;
    if not found then
        raise exception 'There is no review %.', coalesce(review::text, 'null') using errcode = '22023';
    end if;
    if withdrawn.kind = 'withdrawal' then
        raise exception 'Review % is a withdrawal: to take it back, approve again.', review using errcode = '22023';
    end if;
    if coalesce(why, '') !~ '\S' then
        raise exception 'A withdrawal says why it was made.' using errcode = '22023';
    end if;

    select reviews.review_id into found_id from silver.reviews where reviews.withdraws = withdraw.review;
    if not found then
        insert into silver.reviews (kind, partner, message_type, withdraws, why)
        values ('withdrawal', withdrawn.partner, withdrawn.message_type, withdraw.review, withdraw.why)
        returning reviews.review_id into found_id;
    end if;
    return found_id;
end
$$;

comment on function silver.withdraw(bigint, text) is 'Ends a decision and gives the id of the review that says so; once more gives the same id. What was compiled under it is pending then.';

create or replace function silver.complete_decision(known silver.review_kinds, decision jsonb)
returns jsonb language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    cells text[] := known.key || known.meaning;
    wrong text;
    completed jsonb;
begin
    if jsonb_typeof(decision) is distinct from 'object' then
        raise exception 'A decision is a JSON object with %.', array_to_string(cells, ', ') using errcode = '22023';
    end if;
    select string_agg(key, ', ' order by key) into wrong
    from jsonb_each(decision) where key <> all (cells) or jsonb_typeof(value) <> 'string';
    if wrong is not null then
        raise exception 'A decision of the kind % has %, each of them a text: not %.', known.kind,
            array_to_string(cells, ', '), wrong using errcode = '22023';
    end if;
    select jsonb_object_agg(cell, coalesce(decision ->> cell, '')) into completed from unnest(cells) as cell;
    select string_agg(cell, ', ') into wrong
    from unnest(cells) as cell where completed ->> cell !~ '\S' and cell <> all (known.optional);
    if wrong is not null then
        raise exception 'A decision of the kind % lacks %.', known.kind, wrong using errcode = '22023';
    end if;
    if completed ->> known.meaning <> all (known.meanings) then
        raise exception '% is no %: it is one of %.', completed ->> known.meaning, known.meaning,
            array_to_string(known.meanings, ', ') using errcode = '22023';
    end if;
    if not exists (select from jsonb_array_elements(known.contexts) as context where completed @> context) then
        raise exception 'Nothing of the kind % is decided of %.', known.kind, completed using errcode = '22023',
            hint = 'silver.review_kinds has the contexts that a decision may have.';
    end if;
    return completed;
end
$$;

comment on function silver.complete_decision(silver.review_kinds, jsonb) is 'A decision with all its cells; what is none is refused in a sentence.';

-- Layouts -----------------------------------------------------------------------------------------------------------

create or replace view silver.proposals as
select
    outcomes.message_id,
    outcomes.partner,
    outcomes.message_type,
    proposal.rank::integer as rank,
    proposal.value ->> 'kind' as kind,
    proposal.value ->> 'detail' as detail,
    proposal.value -> 'lines' as lines,
    proposal.value -> 'approve' as approve
from silver.outcomes
cross join lateral jsonb_array_elements(outcomes.proposals) with ordinality as proposal (value, rank);

comment on view silver.proposals is 'What messages that are not proved would be read as. One row per message and proposal.';
comment on column silver.proposals.rank is 'The most likely reading of a message has 1.';
comment on column silver.proposals.kind is 'role, code or period: a row of a table is missing, and silver.approve adds it. reading: where values stand is the partner''s own, and silver.approve approves the layout.';
comment on column silver.proposals.detail is 'What is not proved, in a sentence.';
comment on column silver.proposals.lines is 'JSON array: the lines as they would be, with where their values stand in the message (source).';
comment on column silver.proposals.approve is 'What an approval records: rows of tables, or the layout with the meanings that a person has to give (measure).';

create or replace function silver.complete_layout(
    known silver.review_kinds, decision jsonb, partner text, message_type text
) returns jsonb language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    wrong text;
    plan jsonb := decision -> 'plan';
begin
    if jsonb_typeof(decision) is distinct from 'object' then
        raise exception 'A decision of the kind layout is what a proposal has in approve, a JSON object.' using errcode = '22023';
    end if;
    if message_type is null then
        raise exception 'A layout is approved for one message type.' using errcode = '22023';
    end if;
    select string_agg(key, ', ' order by key) into wrong
    from jsonb_object_keys(decision) as key
    where key <> all ('{layout,reading,plan,meanings,rows,partner,message_type}');
    if wrong is not null then
        raise exception 'A decision of the kind layout has layout, reading, plan and meanings: not %.', wrong using errcode = '22023';
    end if;
    if coalesce(decision ->> 'partner', partner) <> partner or coalesce(decision ->> 'message_type', message_type) <> message_type then
        raise exception 'The proposal is of % of %.', decision ->> 'message_type', decision ->> 'partner' using errcode = '22023';
    end if;
    if jsonb_typeof(decision -> 'layout') is distinct from 'string' or decision ->> 'layout' !~ '\S'
        or jsonb_typeof(decision -> 'reading') is distinct from 'object'
        or jsonb_typeof(coalesce(decision -> 'meanings', '[]')) <> 'array' then
        raise exception 'A decision of the kind layout has layout (a text), reading (an object) and meanings (an array).' using errcode = '22023';
    end if;
    if jsonb_typeof(plan) is distinct from 'object' then
        raise exception 'The proposal does not say how further messages would be read: it can be approved for none.' using errcode = '22023';
    end if;

    -- its shape: a program reads it
    select string_agg(part.name, ', ' order by part.name) into wrong
    from (
        values
            ('lines', 'array'), ('groups', 'array'), ('has_groups', 'boolean'), ('bare', 'array'), ('fields', 'array'),
            ('needed', 'array'), ('checked', 'array'), ('bound', 'object'), ('places', 'object'),
            ('by_standard', 'array'), ('own', 'array')
    ) as part (name, type)
    where jsonb_typeof(plan -> part.name) is distinct from part.type;
    if wrong is not null then
        raise exception 'The plan of a layout lacks %.', wrong using errcode = '22023';
    end if;
    if jsonb_array_length(plan -> 'lines') = 0 or not plan -> 'fields' @> '[{"field": "quantity"}]'
        or not plan -> 'needed' @> '["item", "quantity"]' or exists (
            select from jsonb_array_elements(plan -> 'fields') as place
            where jsonb_typeof(place) <> 'object'
                or place ->> 'kind' <> all ('{header,group,line}')
                or not place ?& '{field,kind,segment,qualifier,element,component}'
                or jsonb_typeof(place -> 'element') <> 'number'
                or jsonb_typeof(place -> 'component') <> 'number'
        )
    then
        raise exception 'The plan of a layout says what opens a line and where its quantity stands.' using errcode = '22023';
    end if;

    select string_agg(format('%s %s', meaning ->> 'segment', meaning ->> 'code'), ', ') into wrong
    from jsonb_array_elements(decision -> 'meanings') as meaning
    where jsonb_typeof(meaning) <> 'object' or meaning ->> 'segment' is null or meaning ->> 'code' is null
        or not exists (select from jsonb_array_elements(known.contexts) as context where meaning @> context)
        or (meaning ->> 'measure' = any (known.meanings)) is not true;
    if wrong is not null then
        raise exception 'What % means is for you to say: measure is one of %.', wrong,
            array_to_string(known.meanings, ', ') using errcode = '22023';
    end if;
    return jsonb_build_object(
        'layout', decision -> 'layout', 'reading', decision -> 'reading', 'plan', plan,
        'meanings', coalesce(decision -> 'meanings', '[]')
    );
end
$$;

comment on function silver.complete_layout(silver.review_kinds, jsonb, text, text) is 'What an approval of a layout records; what is none is refused in a sentence.';

-- Two approvals of one layout read it alike, and no code means two things.
create or replace function silver.refuse_contradiction(cells jsonb, partner text, message_type text)
returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    other record;
begin
    select decisions.review_id, field.key as field into other
    from silver.decisions
    cross join lateral jsonb_object_keys((decisions.decision -> 'reading') || (cells -> 'reading')) as field (key)
    where decisions.partner = refuse_contradiction.partner
        and decisions.message_type = refuse_contradiction.message_type
        and decisions.kind = 'layout'
        and decisions.decision ->> 'layout' = cells ->> 'layout'
        and decisions.decision <> cells
        and field.key = any ('{quantity,item,location,start,end}')
        and not exists (
            select
            from jsonb_array_elements(decisions.decision -> 'reading' -> field.key) as one
            inner join jsonb_array_elements(cells -> 'reading' -> field.key) as another on one = another
        )
    order by decisions.review_id, field.key
    limit 1;
    if found then
        raise exception 'Review % reads % of the same layout elsewhere: withdraw it first (silver.withdraw).',
            other.review_id, other.field using errcode = '23505';
    end if;

    select decisions.review_id, meaning.code, stated.measure into other
    from silver.decisions
    cross join lateral (
        select decisions.decision where decisions.kind = 'code'
        union all
        select each from jsonb_array_elements(decisions.decision -> 'meanings') as each where decisions.kind = 'layout'
    ) as said (row)
    cross join lateral jsonb_to_record(said.row) as stated (standard text, segment text, code text, measure text)
    inner join jsonb_to_recordset(cells -> 'meanings') as meaning (standard text, segment text, code text, measure text)
        on meaning.standard = stated.standard and meaning.segment = stated.segment and meaning.code = stated.code
    where decisions.partner = refuse_contradiction.partner
        and coalesce(decisions.message_type = refuse_contradiction.message_type, true)
        and meaning.measure <> stated.measure
    order by decisions.review_id, meaning.code
    limit 1;
    if found then
        raise exception 'Review % says % of %: withdraw it first (silver.withdraw).', other.review_id, other.measure,
            other.code using errcode = '23505';
    end if;
end
$$;

comment on function silver.refuse_contradiction(jsonb, text, text) is 'Refuses a layout that contradicts a decision that holds.';

create or replace function silver.approve(proposal silver.proposals, why text, measures jsonb default '{}')
returns bigint[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    kinds jsonb := '{"party_roles": "role", "date_roles": "period", "quantity_meanings": "code"}';
    decision jsonb := proposal.approve;
    missing text;
    found_ids bigint[] := '{}';
    row jsonb;
begin
    if proposal.message_id is null or jsonb_typeof(coalesce(measures, 'null')) <> 'object' then
        raise exception 'A row of silver.proposals is approved, with measures as a JSON object: {"QTY Z9": "sold"}.' using errcode = '22023';
    end if;
    if proposal.kind = 'reading' then
        decision := jsonb_set(decision, '{meanings}', coalesce(
            (
                select jsonb_agg(
                    meaning || jsonb_build_object('measure', coalesce(
                        measures -> concat_ws(' ', meaning ->> 'segment', nullif(meaning ->> 'code', '')), meaning -> 'measure'
                    ))
                )
                from jsonb_array_elements(decision -> 'meanings') as meaning
            ),
            '[]'
        ));
        return array[silver.approve(proposal.partner, 'layout', decision, why, proposal.message_type)];
    end if;
    for row in
        select distinct each || case
            when each ->> 'table' = 'quantity_meanings' then jsonb_build_object('measure', coalesce(
                measures -> concat_ws(' ', each ->> 'segment', each ->> 'code'), each -> 'measure'
            ))
            else '{}'
        end
        from jsonb_array_elements(decision -> 'rows') as each
    loop
        if jsonb_typeof(row -> 'measure') = 'null' then
            raise exception 'What % % means is for you to say: measures, {"% %": "sold"}.', row ->> 'segment',
                row ->> 'code', row ->> 'segment', row ->> 'code' using errcode = '22023';
        end if;
        found_ids := found_ids || silver.approve(
            proposal.partner, kinds ->> (row ->> 'table'), row - '{table,partner}'::text[], why, proposal.message_type
        );
    end loop;
    return found_ids;
end
$$;

comment on function silver.approve(silver.proposals, text, jsonb) is 'Approves a row of silver.proposals and gives the ids of the reviews: its layout, or the rows of tables that it is about. measures says what codes mean that no table knows: {"QTY Z9": "sold"}.';

-- Grants ------------------------------------------------------------------------------------------------------------

revoke all on function
    silver.refuse_change(),
    silver.put_in_force(),
    silver.take_turn(),
    silver.approve(text, text, jsonb, text, text),
    silver.withdraw(bigint, text),
    silver.complete_decision(silver.review_kinds, jsonb),
    silver.complete_layout(silver.review_kinds, jsonb, text, text),
    silver.refuse_contradiction(jsonb, text, text),
    silver.approve(silver.proposals, text, jsonb)
from public;

grant execute on function
    silver.approve(text, text, jsonb, text, text),
    silver.approve(silver.proposals, text, jsonb),
    silver.withdraw(bigint, text)
to tillroll_reviewer;

-- Who decides sees what there is to decide.
grant usage on schema bronze, silver to tillroll_reviewer;
grant select on
    bronze.messages, silver.outcomes, silver.reviews, silver.review_kinds, silver.decisions, silver.decisions_in_force,
    silver.settled_outcomes, silver.proposals
to tillroll_reviewer;
grant select on
    silver.reviews, silver.review_kinds, silver.decisions, silver.decisions_in_force, silver.settled_outcomes,
    silver.proposals
to tillroll_loader, tillroll_dbt;
