-- One row for each migration, computed from its events alone: ms2m log rebuild makes them anew.
-- Times are in milliseconds; view is the whole of it, as the HTTP API gives it.
create table if not exists ms2m_migrations (
  id uuid not null primary key,
  version bigint not null,
  seq_id bigint not null,
  workload varchar,
  source_node varchar,
  target_node varchar,
  strategy varchar,
  phase varchar not null,
  finished boolean not null,
  requested_at timestamptz not null,
  finished_at timestamptz,
  total_ms double precision,
  interruption_ms double precision,
  waited_ms double precision,
  frozen_ms double precision,
  checkpoint_bytes bigint,
  replayed bigint,
  reason varchar,
  failed_over boolean not null,
  verified boolean not null,
  view jsonb not null
);

-- Serves: the newest migrations, and a period of time.
create index if not exists ms2m_migrations_requested_at on ms2m_migrations (requested_at desc);

-- Serves: the newest of one workload, and the last completed of its kind, to compare one with.
create index if not exists ms2m_migrations_kind on ms2m_migrations (workload, strategy, requested_at desc);

-- Serves: what is under way. Small at any time.
create index if not exists ms2m_migrations_active on ms2m_migrations (requested_at desc) where not finished;

-- For analysis: this role may see all that holds no secret.
do $$
begin
  if exists (select from pg_roles where rolname = 'ms2m_reader') then
    grant select on ms2m_migrations, mt_event_progression, mt_doc_migrationsaga to ms2m_reader;
  end if;
end
$$;
