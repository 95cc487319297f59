-- Proposals are stored with their outcome, for a person to approve one. What there is has none.

alter table silver.outcomes add column proposals jsonb not null default '[]';
